/** Which nodes of a graph reach each other, in time that grows with its edges: Kosaraju's two walks, without recursion. */

/** To each node the nodes that an edge leads to. */
export type Edges = ReadonlyMap<string, readonly string[]>;

/** Each node with a name of its circles: two have the same one where each reaches the other. */
export function circlesOf(next: Edges): ReadonlyMap<string, string> {
  const previous = turned(next);
  const circles = new Map<string, string>();
  for (const start of finishedLastFirst(next)) {
    if (circles.has(start)) continue;
    circles.set(start, start);
    const members = [start];
    for (const member of members) {
      for (const name of previous.get(member) ?? []) {
        if (circles.has(name)) continue;
        circles.set(name, start);
        members.push(name);
      }
    }
  }
  return circles;
}

function turned(next: Edges): Edges {
  const previous = new Map<string, string[]>();
  for (const [from, names] of next) {
    for (const to of names) {
      const before = previous.get(to);
      if (before === undefined) previous.set(to, [from]);
      else before.push(from);
    }
  }
  return previous;
}

/** All nodes, the one first whose walk through what it reaches ended last. */
function finishedLastFirst(next: Edges): readonly string[] {
  const seen = new Set<string>();
  const finished: string[] = [];
  for (const start of next.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const way = [{ name: start, left: (next.get(start) ?? []).values() }];
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const { value: name, done } = top.left.next();
      if (done === true) {
        finished.push(top.name);
        way.pop();
      } else if (!seen.has(name)) {
        seen.add(name);
        way.push({ name, left: (next.get(name) ?? []).values() });
      }
    }
  }
  return finished.reverse();
}
