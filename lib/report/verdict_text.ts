/** The end of `check` for people: a line for each service. */
import type { Verdict } from "../checks/verdicts.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { type Style, styleFor } from "./style.ts";
import { tableLines } from "./table.ts";

/** So much of a message shows what it is about; the whole stands above. */
const LONGEST = 110;

/** A table of services, what becomes of them and why, and how to mend what will not work; empty for none. */
export function renderVerdicts(told: readonly Verdict[], options: { readonly colour: boolean }): string {
  const verdicts = visibleAll(told);
  if (verdicts.length === 0) return "";
  const style = styleFor(options.colour);
  const rows = verdicts.flatMap((one) =>
    textOf(one, style).map((text, index) => [index === 0 ? one.service : "", text])
  );
  return `\nService by service:\n${tableLines(rows).map((line) => `  ${line}\n`).join("")}`;
}

function textOf({ verdict, because }: Verdict, style: Style): string[] {
  const [first] = because;
  if (verdict === "works as before") return [style.green(verdict)];
  if (verdict === "left out") {
    return [style.dim(first === undefined ? verdict : `${verdict}: ${short(first.message)}`)];
  }
  const grave = because.filter(({ severity }) => severity !== "info");
  const more = grave.length > 1 ? ` (and ${grave.length - 1} more above)` : "";
  const text = `${verdict}: ${short(first?.message ?? "")}${more}`;
  if (verdict === "differs") return [style.yellow(text)];
  return [style.red(text), ...(first?.hint === undefined ? [] : [`fix: ${first.hint.split("\n")[0]}`])];
}

function short(message: string): string {
  const [line = ""] = message.split("\n");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).trimEnd()}…`;
}
