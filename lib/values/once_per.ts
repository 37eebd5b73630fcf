/**
 * Remembers what follows from data that does not change, so that looking it up for each of many services is not done
 * anew for each. Only for pure functions of plain data: the same input gives the same result.
 */

/** The function, computed once for each object for as long as that object lives. */
export function oncePer<Subject extends object, Result>(
  compute: (subject: Subject) => Result,
): (subject: Subject) => Result {
  const known = new WeakMap<Subject, { readonly result: Result }>();
  return (subject) => {
    const found = known.get(subject);
    if (found !== undefined) return found.result;
    const result = compute(subject);
    known.set(subject, { result });
    return result;
  };
}

/** The function, computed once for each pair of objects. */
export function oncePerPair<Left extends object, Right extends object, Result>(
  compute: (left: Left, right: Right) => Result,
): (left: Left, right: Right) => Result {
  const ofLeft = oncePer((left: Left) => oncePer((right: Right) => compute(left, right)));
  return (left, right) => ofLeft(left)(right);
}
