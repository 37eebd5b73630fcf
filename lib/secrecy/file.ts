/** The secrets in the text of a configuration file, whatever its format: line by line, and as a whole. */
import { type BlockState, closeBlock, noBlock, openBlock } from "./blocks.ts";
import { fileKind } from "./file_kind.ts";
import { secretsByForm } from "./forms.ts";
import { secretsInLine } from "./lines.ts";
import { secretsInMarkup } from "./markup.ts";
import { joined, moved, type SecretSpan } from "./span.ts";
import { secretsInUrls } from "./urls.ts";

/** Every secret in a file, in order. */
export function secretsInFile(path: string, text: string): readonly SecretSpan[] {
  const kind = fileKind(path, text);
  const everywhere = [...secretsByForm(text), ...secretsInUrls(text)];
  if (kind === "prose") return joined(everywhere);
  const spans = [...everywhere, ...secretsInMarkup(text)];
  let block: BlockState = noBlock();
  let start = 0;
  for (const line of text.split("\n")) {
    block = closeBlock(block, line);
    const found = secretsInLine(line, kind, block);
    spans.push(...moved(found.spans, start));
    block = openBlock(block, line, found);
    start += line.length + 1;
  }
  return joined(spans);
}
