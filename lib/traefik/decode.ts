/**
 * A tree of nodes to typed JSON, by a shape: the second and third stage of Traefik's decoder (paerser v0.2.2,
 * parser/nodes_metadata.go and element_fill.go). Every problem is collected; Traefik stops at the first.
 */
import { checkStruct } from "./check_fields.ts";
import { fillStruct } from "./fill_fields.ts";
import type { DecodeProblem, Node } from "./node.ts";
import type { DecodeContext, Origin } from "./shape_fields.ts";
import type { Struct } from "./shapes/shape.ts";

/** What became of it. */
export interface Decoded {
  /** The JSON that Traefik would show; undefined where it is refused. */
  readonly value?: Readonly<Record<string, unknown>>;
  readonly problems: readonly DecodeProblem[];
  /** Nodes that Traefik reads over without a word. */
  readonly ignored: readonly Node[];
}

/**
 * Decodes the children of `root` as the fields of `shape`.
 *
 * @param version of the Traefik that reads them, as its image's tag says; absent: the newest
 */
export function decode(root: Node, shape: Struct, origin: Origin, version?: string): Decoded {
  const context: DecodeContext = { origin, version, problems: [], ignored: [] };
  checkStruct(context, shape, root);
  const value = fillStruct(context, shape, root);
  const { problems, ignored } = context;
  return problems.length > 0 ? { problems, ignored } : { value, problems, ignored };
}
