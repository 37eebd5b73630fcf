/** Names that are joined into sets, step by step. */
export class DisjointSets {
  readonly #parents = new Map<string, string>();

  /** From now on both names are in one set. */
  join(left: string, right: string): void {
    const [from, to] = [this.#root(right), this.#root(left)];
    this.#parents.set(to, to);
    if (from !== to) this.#parents.set(from, to);
  }

  /** The sets of these names, each in the order of the names. */
  sets(names: readonly string[]): string[][] {
    const found = new Map<string, string[]>();
    for (const name of names) {
      const root = this.#root(name);
      found.set(root, [...found.get(root) ?? [], name]);
    }
    return [...found.values()];
  }

  #root(name: string): string {
    let at = name;
    for (;;) {
      const next = this.#parents.get(at) ?? at;
      if (next === at) return at;
      at = next;
    }
  }
}
