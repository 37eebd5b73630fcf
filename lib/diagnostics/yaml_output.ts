/** YAML to be printed: nothing in it that a terminal obeys, and nothing lost. */
import { type CreateNodeOptions, Document, Scalar, type ToStringOptions, visit } from "yaml";
import { isObeyed, visible } from "./visible.ts";

/** As `stringify` of "yaml", but what a terminal obeys stands escaped in double quotes. */
export function yamlOutput(
  value: unknown,
  options: CreateNodeOptions & ToStringOptions & { readonly sortMapEntries?: boolean } = {},
): string {
  const document = new Document(value, { ...options });
  visit(document, {
    Scalar(_, node): void {
      if (typeof node.value === "string" && isObeyed(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return visible(document.toString(options));
}
