/** What the page of a stack shows. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { told, withFiles } from "../cli/in_process.ts";
import type { Status } from "../../lib/run/status.ts";
import type { PageModel } from "../../lib/views/page/model.ts";
import { pageRuns } from "../../lib/views/page/runs.ts";

const STACK = {
  "compose.yaml": `services:
  web:
    image: acme/web:1
    ports: ["8080:80"]
    depends_on: [db]
    environment: { DB_PASSWORD: "correct-horse-battery" }
    logging: { driver: syslog }
  db:
    image: postgres:16
    environment: { POSTGRES_PASSWORD: "correct-horse-battery" }
    volumes: ["./data:/var/lib/postgresql/data"]
`,
  "decisions.yaml": `engine: none\nservices: { web: { replicas: 1 } }\n`,
  "data/": "",
};

async function model(directory: string): Promise<PageModel> {
  const { code, out, err } = await told(directory, ["report", "--stack", directory, "-o", "json"]);
  equal(code, 0, err);
  return JSON.parse(out);
}

Deno.test("services name their objects, findings and lines, and all of them lead somewhere", async () => {
  await withFiles(STACK, async (directory) => {
    const { services, objects, findings, migrations, decisions } = await model(directory);
    deepEqual(services.map(({ name }) => name), ["web", "db"]);
    const [web] = services;
    ok(web?.objects.some((index) => objects[index]?.name === "deployment/web"));
    match(
      web?.lines.find(({ text }) => text.includes("8080:80"))?.becomes.join() ?? "",
      /^service\/web-public$/,
    );
    equal(web?.place, "compose.yaml:2:3");
    for (const service of services) {
      ok(service.objects.every((index) => objects[index] !== undefined));
      for (const index of service.findings) ok(findings[index]?.services.includes(service.name));
    }
    deepEqual(
      new Set(migrations.flatMap(({ objects }) => objects)),
      new Set(objects.map((_, index) => index)),
      "an object that no migration applies, or one that is not there",
    );
    deepEqual(decisions.map(({ name, place }) => [name, place]), [
      ["engine", "decisions.yaml:1:9"],
      ["services.web", "decisions.yaml:2:18"],
    ]);
  });
});

Deno.test("findings come by weight, with the lines that they point at and what their codes mean", async () => {
  await withFiles(STACK, async (directory) => {
    const { findings } = await model(directory);
    const weights = findings.map(({ severity }) =>
      ["error", "question", "warning", "info"].indexOf(severity)
    );
    deepEqual(weights, weights.toSorted());
    const named = findings.find(({ line }) => line.startsWith("logging"));
    ok(named !== undefined, JSON.stringify(findings));
    deepEqual(named.services, ["web"]);
    ok(named.means.length > 10);
  });
});

Deno.test("a secret is there by its name and places, never by its value", async () => {
  await withFiles(STACK, async (directory) => {
    const page = await model(directory);
    ok(page.secrets.some(({ places }) => places.some(({ name }) => name === "db.POSTGRES_PASSWORD")));
    doesNotMatch(JSON.stringify(page), /correct-horse|Y29ycmVjdC1ob3JzZ/);
  });
});

Deno.test("runs are the newest first, each with the migrations that it worked on last", () => {
  const line = (id: string, run: string | null, startedAt: string | null): Status["migrations"][number] => ({
    id,
    title: id,
    state: run === null ? "pending" : "applied",
    objects: 1,
    adopted: 0,
    redo: false,
    startedAt,
    finishedAt: startedAt,
    durationMs: 5,
    by: "alice@here",
    run,
    error: null,
  });
  const status: Status = {
    schemaVersion: 1,
    cluster: { context: "c", server: "s", namespace: "n" },
    current: "020",
    next: "030",
    run: null,
    services: [],
    migrations: [
      line("010", "a", "2026-01-01T00:00:01Z"),
      line("015", "b", "2026-01-02T00:00:00Z"),
      line("020", "a", "2026-01-01T00:00:00Z"),
      line("030", null, null),
    ],
  };
  deepEqual(pageRuns(status).map(({ id, startedAt, migrations }) => [id, startedAt, migrations.length]), [
    ["b", "2026-01-02T00:00:00Z", 1],
    ["a", "2026-01-01T00:00:00Z", 2],
  ]);
});

Deno.test("verifications are the newest first, with who answered then, and no secret that a file holds", async () => {
  const answer = (old: unknown, now: unknown, verdict: string): Record<string, unknown> => ({
    type: "verify",
    answers: [{ question: "http://a.test/", old, new: now, verdict, differs: [] }],
    unasked: ["HostRegexp(`.+`)"],
  });
  const ok200 = { status: 200, digest: "0123456789abcdef" };
  const silent = { silence: "refused: correct-horse-battery" };
  const reports = {
    "after.json": {
      askedAt: "2026-01-03T00:00:00Z",
      against: "2026-01-01T00:00:00Z",
      ...answer(ok200, ok200, "same"),
    },
    "before.json": { askedAt: "2026-01-01T00:00:00Z", ...answer(ok200, silent, "old") },
    "during.json": { askedAt: "2026-01-02T00:00:00Z", ...answer(ok200, ok200, "same") },
  };
  const files = Object.fromEntries(
    Object.entries(reports).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  await withFiles({ ...STACK, ...files, "wrong.json": "{}" }, async (directory) => {
    const flags = Object.keys(reports).flatMap((name) => ["--verify", name]);
    const { code, out, err } = await told(directory, [
      "report",
      "--stack",
      directory,
      ...flags,
      "-o",
      "json",
    ]);
    equal(code, 0, err);
    const { verifications } = JSON.parse(out) as PageModel;
    deepEqual(verifications.map(({ moment }) => moment), ["after", "during", "before"]);
    const [after, , before] = verifications;
    deepEqual([after?.against, after?.counts, after?.unasked], ["2026-01-01T00:00:00Z", "1 the same", [
      "HostRegexp(`.+`)",
    ]]);
    deepEqual(after?.answers.map((each) => [each.question, each.old, each.new, each.result]), [
      ["http://a.test/", "200 01234567", "200 01234567", "the same"],
    ]);
    match(before?.answers[0]?.new ?? "", /^- \(refused/);
    doesNotMatch(out, /correct-horse/);
    equal((await model(directory)).verifications.length, 0);
    const wrong = await told(directory, ["report", "--stack", directory, "--verify", "wrong.json"]);
    equal(wrong.code, 2);
    match(wrong.err, /cli-bad-answers/);
    for (const command of ["migrate", "status"]) {
      const alone = await told(directory, [command, "--stack", directory, "--verify", "after.json"]);
      equal(alone.code, 2);
      match(alone.err, /cli-verify-without-report/);
    }
  });
});
