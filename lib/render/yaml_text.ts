/** One object as YAML that every reader takes for the same data: those of YAML 1.1 and 1.2, kubectl's, kustomize's, Helm's. */
import { Document, Scalar, visit } from "yaml";
import { isObeyed, visible } from "../diagnostics/visible.ts";

/** Begins with a letter and has no sign that means anything to YAML. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./@-]*(?:[:=][A-Za-z0-9_./@-]+)*$/;
/** Words that YAML 1.1 or 1.2 reads as something else than text: https://yaml.org/type/bool.html and its neighbours. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
/** Noncharacters and the byte order mark, which readers of YAML refuse or drop. */
const UNREADABLE = /[\ufeff\ufffe\uffff]/g;

/** A YAML document with its end of line; every text that could be taken for something else stands in quotes. */
export function yamlText(value: unknown): string {
  // What JSON leaves out is left out, and nothing is written as an alias of something else.
  const document = new Document(JSON.parse(JSON.stringify(value)), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(key, node): void {
      if (typeof node.value === "string") node.type = styleOf(node.value, key === "key");
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity });
  return visible(text).replace(UNREADABLE, escaped);
}

function styleOf(text: string, isKey: boolean): Scalar.Type {
  if (PLAIN.test(text) && !WORDS.test(text)) return Scalar.PLAIN;
  return !isKey && isLiteral(text) ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
}

/** Several lines that a literal block gives back as they are, whoever reads it. */
function isLiteral(text: string): boolean {
  return /^[^\s][^]*[^\s]\n?$/.test(text) && text.trimEnd().includes("\n") && !/^[ \t]+$/m.test(text) &&
    !isObeyed(text) && text.search(UNREADABLE) < 0;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
