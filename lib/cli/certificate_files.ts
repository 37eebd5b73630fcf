/** Reads the default certificate that decisions name as files, and says what is wrong with it. */
import { dirname, isAbsolute, join } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { checkCertificate } from "../checks/check_certificate.ts";
import { type GivenCertificate, hostsOf } from "../kube/traefik/default_certificate.ts";
import type { Routing } from "../traefik/routing.ts";
import { readRegularText } from "../files/regular_file.ts";

/** Of a chain of certificates or a key. */
const MOST_BYTES = 1024 * 1024;

/**
 * The certificate and its key, from beside the decisions file or else from the stack's folder. Nothing where none is
 * decided as files; problems are added to `diagnostics`.
 */
export async function readDefaultCertificate(
  { decisions, directory, routing, now }: {
    readonly decisions: Decisions;
    readonly directory: string;
    readonly routing: Routing;
    readonly now: Date;
  },
  diagnostics: Diagnostic[],
): Promise<{ readonly certificate?: GivenCertificate }> {
  const decided = decisions.traefik?.defaultCertificate;
  if (decided === undefined || "secret" in decided) return {};
  const folders = [dirname(decisions.file), directory];
  const texts: string[] = [];
  for (const field of ["certificate", "key"] as const) {
    const read = await readText(decided[field], folders);
    if (typeof read === "string") {
      texts.push(read);
      continue;
    }
    const span = decisions.span(["traefik", "defaultCertificate", field]);
    diagnostics.push({
      code: "cli-certificate-file",
      severity: "error",
      message: `Cannot read "${decided[field]}", the ${field} that is to be the default: ${read.reason}`,
      ...(span === undefined ? {} : { span }),
      hint: "Correct the path: it is relative to the decisions file or to the stack's folder",
    });
  }
  const [certificate, key] = texts;
  if (certificate === undefined || key === undefined) return {};
  const span = decisions.span(["traefik", "defaultCertificate"]);
  const hosts = hostsOf(routing);
  diagnostics.push(
    ...checkCertificate({ certificate, key, hosts, now, ...(span === undefined ? {} : { span }) }),
  );
  return { certificate: { certificate, key } };
}

async function readText(file: string, folders: readonly string[]): Promise<string | { reason: string }> {
  const candidates = isAbsolute(file) ? [file] : [...new Set(folders)].map((folder) => join(folder, file));
  for (const path of candidates) {
    try {
      return await readRegularText(path, MOST_BYTES);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      return { reason: error instanceof Error ? error.message.replace(/:.*$/, "") : String(error) };
    }
  }
  return { reason: "there is no such file" };
}
