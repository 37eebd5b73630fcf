/** Pages of moments that no test can wait for: a run midway, one that failed. */
import { pathToFileURL } from "node:url";
import type { MigrationState } from "../../lib/run/event.ts";
import type { Status } from "../../lib/run/status.ts";
import type { PageModel } from "../../lib/views/page/model.ts";
import { pageRuns } from "../../lib/views/page/runs.ts";
import type { TestPage } from "./pages.ts";

/** Other data for the same page. */
export type Variant = (model: PageModel) => PageModel;

/** A run that got as far as the databases. */
export function failedRun(model: PageModel): PageModel {
  const state = (id: string): MigrationState =>
    id.startsWith("050") ? "applied" : id.startsWith("020") ? "failed" : "pending";
  const startedAt = "2026-01-01T10:00:00Z";
  const migrations = model.migrations.map(({ id, title, objects }) => ({
    id,
    title,
    state: state(id),
    objects: objects.length,
    adopted: 0,
    redo: false,
    startedAt: state(id) === "pending" ? null : startedAt,
    finishedAt: null,
    durationMs: state(id) === "pending" ? null : 61_000,
    by: "alice@here",
    run: "ab12",
    error: state(id) === "failed" ? "The disk is full" : null,
  }));
  const status: Status = {
    schemaVersion: 1,
    cluster: { context: "prod", server: "https://k3s.example:6443", namespace: model.namespace },
    current: "050_databases",
    next: "020_storage",
    run: { runId: "ab12", holder: "alice@here", since: startedAt, heartbeatAt: null, isGone: false },
    migrations,
    services: [
      { service: "faf-db", state: "verified", servedBy: "cluster", since: startedAt, containers: ["db_1"] },
      {
        service: "faf-rabbitmq",
        state: "closed",
        servedBy: "nobody",
        since: "2026-01-01T10:05:00Z",
        containers: ["mq_1"],
      },
    ],
  };
  return {
    ...model,
    status,
    runs: pageRuns(status),
    migrations: model.migrations.map((each) => ({ ...each, state: state(each.id) })),
    waits: [{
      object: "statefulset/faf-db",
      elapsedMs: 245_000,
      reason: "pulling the image",
      isReady: false,
    }],
  };
}

/** The same page with other data. */
export async function withVariant(
  { file }: TestPage,
  variant: Variant,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const text = await Deno.readTextFile(file);
  const [whole = "", data = ""] = /id="page">\s*(\{.*\})\s*<\/script>/.exec(text) ?? [];
  const { model, map } = JSON.parse(data);
  const other = JSON.stringify({ model: variant(model), map }).replaceAll("<", "\\u003c");
  const copy = file.replace(/\.html$/, "-variant.html");
  await Deno.writeTextFile(copy, text.replace(whole, () => whole.replace(data, () => other)));
  await body(pathToFileURL(copy).href);
}
