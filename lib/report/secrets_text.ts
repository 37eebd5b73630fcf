/** `secrets list` and `secrets diff` for people. Names and places, never a value. */
import type { SecretState } from "../secrets/compare.ts";
import type { PlaceSummary, SecretSummary } from "../secrets/summary.ts";
import { styleFor } from "./style.ts";
import { tableLines } from "./table.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";

/** One secret after the other, each with its places below it. */
export function renderSecrets(
  secrets: readonly SecretSummary[],
  options: { readonly colour: boolean },
): string {
  const style = styleFor(options.colour);
  const blocks = visibleAll(secrets).map(({ name, places, jobs, decisions, equalTo }) => {
    const agree = places.length > 1 ? `, ${places.length} places that must agree` : "";
    const job = jobs.length === 0 ? "" : `, made true by ${jobs.map((each) => `Job ${each}`).join(", ")}`;
    return [
      `${style.bold(name)}${agree}${job}`,
      ...places.flatMap((place) => placeLines(place, places.length > 1 ? place.name : undefined)),
      ...(decisions.length === 0 ? [] : [style.dim(`    decided by ${decisions.join(", ")}`)]),
      ...(equalTo.length === 0
        ? []
        : [style.dim(`    equal by value, not by decision: ${equalTo.join(", ")}`)]),
    ].join("\n");
  });
  const changed = secrets.filter(({ places }) => places.every(({ fixed }) => fixed === null)).length;
  return `${blocks.join("\n")}\n\n${plural(secrets.length, "secret")}, ${changed} of them can be set.\n`;
}

function placeLines(place: PlaceSummary, name: string | undefined): string[] {
  const { file, line, column, kind, object, key, readBy, fixed } = place;
  const parts = [
    ...(name === undefined ? [] : [name]),
    ...(file === null ? [] : [`${file}:${line}:${column}`]),
    ...(object === null ? [] : [`${kind} ${object}, key ${key}`]),
    ...(readBy.length === 0 ? [] : [`read by ${readBy.join(", ")}`]),
  ];
  return [`  ${parts.join("  ")}`, ...(fixed === null ? [] : [`    not by set: ${fixed}`])];
}

/** One line of `secrets diff`. */
export interface SecretDifference {
  readonly names: readonly string[];
  readonly object: string;
  readonly key: string;
  readonly state: SecretState;
}

const WORDS: Readonly<Record<SecretState, string>> = {
  same: "same",
  differs: "differs",
  onlyHere: "only in the stack",
  onlyThere: "only in the cluster",
};

/** Every key with its state, and a last line that counts them. */
export function renderSecretDiff(
  differences: readonly SecretDifference[],
  options: { readonly colour: boolean },
): string {
  const style = styleFor(options.colour);
  const rows = visibleAll(differences).map(({ names, object, key, state }) => {
    const paint = state === "same" ? style.green : state === "differs" ? style.red : style.yellow;
    const who = names.length === 0 ? "" : `${names.join(", ")}  `;
    return [{ text: WORDS[state], paint }, `${who}${style.dim(`Secret ${object}, key ${key}`)}`];
  });
  const lines = tableLines(rows).map((line) => `  ${line}`);
  const counts = (Object.keys(WORDS) as SecretState[]).flatMap((state) => {
    const count = differences.filter((each) => each.state === state).length;
    return count === 0 ? [] : [`${count} ${WORDS[state]}`];
  });
  return `${[...lines, counts.length === 0 ? "No Secrets." : `${counts.join(", ")}.`].join("\n")}\n`;
}
