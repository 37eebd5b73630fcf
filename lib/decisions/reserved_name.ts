/** The one name that the schema's maps cannot hold: it is said, where it would be passed over. */
import { type Document, isScalar, type Pair, visit } from "yaml";

/** Zod passes over this key of any map, because it could change what all objects are. */
const RESERVED = "__proto__";

/** The keys of that name, at whatever depth. */
export function reservedKeys(document: Document): readonly Pair[] {
  const found: Pair[] = [];
  visit(document, {
    Pair(_, pair): void {
      if (isScalar(pair.key) && pair.key.value === RESERVED) found.push(pair);
    },
  });
  return found;
}

/** What is said of one. */
export const RESERVED_MESSAGE = `Nothing can be decided about "${RESERVED}"`;
export const RESERVED_HINT = "Give it another name in the stack; without a decision it is carried as it is";
