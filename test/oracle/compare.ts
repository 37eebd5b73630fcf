/** Compares a load of ours with the oracle's answer: the verdict, and the model as a tree. */
import type { Loaded } from "../../compose/mod.ts";
import type { OracleAnswer } from "./oracle.ts";

/** What differs, as lines; none where the two agree. */
export function differences(ours: Loaded, theirs: OracleAnswer): string[] {
  if (theirs.error !== undefined) {
    return ours.project === undefined ? [] : [`accepted here, but compose-go says: ${theirs.error}`];
  }
  if (ours.project === undefined) {
    const errors = ours.diagnostics.filter(({ severity }) => severity === "error");
    return errors.map(({ code, message, span }) =>
      `refused here, accepted by compose-go: ${code} ${span?.file}:${span?.line}:${span?.column} ${message}`
    );
  }
  return compareTrees(ours.project.canonical, theirs.project, "");
}

function compareTrees(ours: unknown, theirs: unknown, path: string): string[] {
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    return ours.flatMap((each, index) => compareTrees(each, theirs[index], `${path}[${index}]`));
  }
  if (isRecord(ours) && isRecord(theirs)) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
    return [...keys].flatMap((key) => compareTrees(own(ours, key), own(theirs, key), `${path}.${key}`));
  }
  if (Object.is(ours, theirs) || (ours === 0 && theirs === 0)) return [];
  return [`${path}: ours ${JSON.stringify(ours)}, compose-go ${JSON.stringify(theirs)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value under a key, which may have the name of something that every object inherits. */
function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
