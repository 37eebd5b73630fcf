/** The words of compose and of `decisions.yaml` that can be explained, for completion and for slips of the pen. */
import { COVERAGE } from "../checks/coverage/table.ts";
import { decisionKeys } from "../decisions/keys.ts";

/** `ports`, `healthcheck.test`, `services.*.migration`, each once. */
export function coverageWords(): readonly string[] {
  const keys = Object.keys(COVERAGE).map((key) => key.replace(/\.\*$/, "").replace(/^service\./, ""));
  const tops = keys.map((key) => key.split(".")[0] ?? "");
  return [...new Set([...tops, ...keys, ...decisionKeys().map(({ key }) => key)])];
}
