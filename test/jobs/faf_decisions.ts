/** FAF's decisions about users, clients, backups and people: the part of `migrations/faf/decisions.yaml` that jobs are made from. */
import { type Decisions, parseDecisions } from "../../lib/decisions/decisions.ts";

/** @throws where the file does not have the shape of the schemas. */
export async function fafDecisions(): Promise<Decisions> {
  const file = new URL("../../migrations/faf/decisions.yaml", import.meta.url);
  const { decisions, diagnostics } = parseDecisions(await Deno.readTextFile(file), file.pathname);
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return decisions;
}
