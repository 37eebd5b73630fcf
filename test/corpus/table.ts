/** The outcomes of a corpus as one page of Markdown. */
import type { Outcome } from "./outcome.ts";

/** Figures first, then a line for each stack. */
export function renderTable(outcomes: readonly Outcome[], day: string): string {
  const passed = outcomes.filter(({ check }) => check === "passes");
  const ready = outcomes.filter(({ migrate }) => migrate === "ready");
  const refused = outcomes.filter(({ check }) => check === "refused");
  const isMigrated = outcomes.some(({ migrate }) => migrate !== undefined);
  const lines = outcomes.map((one) =>
    `| ${one.stack} | ${one.services.length} | ${verdict(one)} | ${differences(one)} |`
  );
  return `${
    [
      "# Stacks of other people",
      "",
      "What `check` and `migrate` make of public compose projects, with no decision and none of their directories on the",
      'disk. Made by `deno task corpus DIR`; the pods of the embedded cluster are simulated, so that "ready" says that the API',
      "server took every object and every step was reached, and not that a program works.",
      "",
      "A folder without a compose file of its own, such as `n8n`, has a line for each folder below it that has one. kompose",
      "and Compose Bridge's templates could not be had where this was made, so that nothing stands beside it.",
      "",
      `On ${day}: ${outcomes.length} stacks, ${passed.length} pass \`check\`${
        isMigrated ? `, ${ready.length} are applied and ready` : ""
      }; ${refused.length} docker compose refuses too.`,
      "",
      "| stack | services | outcome | what differs |",
      "| --- | --- | --- | --- |",
      ...lines,
    ].join("\n")
  }\n`;
}

function verdict({ check, migrate }: Outcome): string {
  if (check === "refused") return "docker compose refuses it too";
  if (check === "fails") return "check fails";
  return migrate === undefined ? "passes" : migrate === "ready" ? "ready" : "migrate fails";
}

/** By kind of finding: how many services it is about. */
function differences({ services, problems }: Outcome): string {
  if (problems.length > 0) return problems.map((line) => line.replaceAll("|", "\\|")).join("<br>");
  const counts = new Map<string, number>();
  for (const { because, verdict: each } of services) {
    if (each !== "differs") continue;
    const codes = because.filter(({ severity }) => severity !== "info").map(({ code }) => code);
    for (const code of new Set(codes)) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].map(([code, count]) => count === 1 ? code : `${code} (${count})`).join(", ");
}
