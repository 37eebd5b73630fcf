/** A text of Traefik's configuration, and where each of its places is. */
import type { Span } from "../diagnostics/diagnostic.ts";

/** A place of a text as a reader finds it: that of a config's `content` is in a compose file. */
export type PlaceOf = (span: Span) => Span;

/** A text and the file it came from. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
  /** In Traefik's container, where that is another: its extension says how Traefik reads it. */
  readonly path?: string;
  readonly placeOf?: PlaceOf;
}

/** Where a place in the text is. */
export function placeIn({ file, placeOf }: NamedText, span: Span): Span {
  return placeOf === undefined ? { ...span, file } : placeOf(span);
}
