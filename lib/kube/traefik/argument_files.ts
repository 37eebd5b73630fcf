/** Files that arguments name by their path in the stack's Traefik: what they hold takes the place of the path. */
import type { TextAt } from "../../traefik/inline_files.ts";
import { report, type RouteContext } from "./context.ts";

/** Options that take a file or what it holds (`types.FileOrContent`, `types.ClientTLS`), of servers and collectors. */
const FILE_OR_CONTENT = /^--\S+\.(?:rootcas(?:\[\d+\])?|tls\.(?:ca|cert|key))$/;

/** The arguments with the content of their files; one that is not at hand is an error, as the pod has no such path. */
export function withFiles(
  context: RouteContext,
  list: readonly string[],
  textAt: TextAt = () => undefined,
): readonly string[] {
  return list.map((argument) => {
    const [, flag = "", value = ""] = /^([^=]+)=(.*)$/s.exec(argument) ?? [];
    if (!FILE_OR_CONTENT.test(flag) || !value.startsWith("/")) return argument;
    const paths = flag.includes(".rootcas") ? value.split(",") : [value];
    const texts = paths.map((path) => textAt(path.trim()));
    if (texts.every((text) => text !== undefined)) return `${flag}=${texts.join(",")}`;
    const missing = paths.filter((_, index) => texts[index] === undefined);
    report(
      context,
      "error",
      "traefik-certificate-file",
      context.routing.static ?? {},
      `The file "${missing.join(", ")}" of the option "${
        flag.slice("--".length)
      }" could not be read, and the ` +
        "cluster's Traefik does not have its path",
      "Run this where the file lies, or write the certificate itself (PEM) in its place",
    );
    return argument;
  });
}
