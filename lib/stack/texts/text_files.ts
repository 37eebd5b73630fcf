/** Bytes of files as texts, as far as they are some. */
import type { BindSource } from "../../../compose/bind_source.ts";
import { oncePer } from "../../values/once_per.ts";

/** The readable texts at a bind source; what is binary or too large has none. */
export function textFiles(path: string, source: BindSource | undefined): { path: string; text: string }[] {
  if (source?.kind === "file") {
    const text = decodeText(source.content);
    return text === undefined ? [] : [{ path, text }];
  }
  if (source?.kind !== "directory" || !source.complete) return [];
  return [...source.files].flatMap(([name, file]) => {
    const text = decodeText(file.content);
    return text === undefined ? [] : [{ path: `${path.replace(/\/+$/, "")}/${name}`, text }];
  });
}

/** The text of a file; undefined where it is binary or was not read. */
export function decodeText(content: Uint8Array | undefined): string | undefined {
  return content === undefined ? undefined : decoded(content).text;
}

/** Once, as many look through the same files. */
const decoded = oncePer((content: Uint8Array): { readonly text?: string } => {
  if (content.includes(0)) return {};
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(content) };
  } catch {
    return {};
  }
});
