/** The history of runs, as far as the record has it: each migration remembers the run that worked on it last. */
import type { Status } from "../../run/status.ts";
import type { PageRun } from "./model.ts";

/** The newest first. */
export function pageRuns({ migrations }: Status): readonly PageRun[] {
  const runs = new Map<string, PageRun>();
  for (const { id, run, by, state, startedAt, durationMs, error } of migrations) {
    if (run === null || startedAt === null) continue;
    const known = runs.get(run) ?? { id: run, by: by ?? "", startedAt, migrations: [] };
    const first = startedAt < known.startedAt ? startedAt : known.startedAt;
    const done = { id, state, startedAt, durationMs, error };
    runs.set(run, { ...known, startedAt: first, migrations: [...known.migrations, done] });
  }
  return [...runs.values()].sort((left, right) => left.startedAt < right.startedAt ? 1 : -1);
}
