/** What of a stack lies where Docker would take it along, for people. */
import { visibleAll } from "../diagnostics/visible.ts";
import type { DataBelow } from "../views/data_below.ts";
import { tableLines } from "./table.ts";

/** Empty for none. */
export function renderDataBelow(data: readonly Pick<DataBelow, "key" | "services" | "path">[]): string {
  if (data.length === 0) return "";
  const rows = visibleAll(data).map(({ key, services, path }) => [services.join(", "), key, path]);
  return `Data that lies below Docker's root, and goes when Docker does:\n${
    tableLines(rows).map((line) => `  ${line}\n`).join("")
  }  How it gets another place: deno task relocate --to DIR\n`;
}
