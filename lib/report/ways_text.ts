/** The ways between the two sides of a half moved stack, for people. */
import { shellWord } from "../diagnostics/shell_word.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import type { Way } from "../run/living/ways.ts";
import { tableLines } from "./table.ts";

/** Empty for none. */
export function renderWays(ways: readonly Way[]): string {
  if (ways.length === 0) return "";
  const rows = visibleAll(ways).map(({ service, to, container, isRunning }) => [
    service,
    `${to === "cluster" ? "containers find it in the cluster" : "pods find it in Docker"} by ${container}${
      isRunning ? "" : `, which does not run: docker start ${shellWord(container)}`
    }`,
  ]);
  return `Names that lead to the other side:\n${tableLines(rows).map((line) => `  ${line}\n`).join("")}`;
}
