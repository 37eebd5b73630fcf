/** Timers of the machine: what they call, when they run, and the ready line for the decisions. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type HostFiles, readHostFiles } from "../../lib/cli/host_files.ts";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { checkHostJobs } from "../../lib/checks/host_jobs/check.ts";
import { cronOfCalendar, cronOfLine } from "../../lib/checks/host_jobs/schedule.ts";
import { load } from "../../compose/mod.ts";
import { told } from "../cli/in_process.ts";

for (
  const [calendar, cron] of [
    ["daily", "0 0 * * *"],
    ["02:00", "0 2 * * *"],
    ["*-*-* 03:05:00", "5 3 * * *"],
    ["Mon..Fri *-*-* 04:30", "30 4 * * 1-5"],
    ["Sat,Sun 12:00", "0 12 * * 6,0"],
    ["*-*-01 00:00:00", "0 0 1 * *"],
    ["*:0/15", "*/15 * * * *"],
    ["*-*-* 06,18:00", "0 6,18 * * *"],
    ["Mon *-*-01 00:00", undefined],
    ["2024-05-16 02:00:00", undefined],
    ["*-*-* 02:00:30", undefined],
    ["sometimes", undefined],
  ] as const
) {
  Deno.test(`cronOfCalendar() of ${calendar}`, () => assert.equal(cronOfCalendar(calendar), cron));
}

Deno.test("cronOfLine() takes the five fields, or a word for them", () => {
  assert.deepEqual(cronOfLine("0 2 * * *  root /b.sh"), { schedule: "0 2 * * *", command: "root /b.sh" });
  assert.deepEqual(cronOfLine("@daily /b.sh"), { schedule: "0 0 * * *", command: "/b.sh" });
  assert.equal(cronOfLine("MAILTO=root"), undefined);
  assert.equal(cronOfLine("docker exec a b c d e"), undefined);
});

const COMPOSE = `services:
  db: { image: "mariadb:10.6", container_name: faf-db, environment: { R: r } }
  wiki-db: { image: "postgres:13" }
  web: { image: "nginx:1" }
`;
const DATABASES = `databases:
  db: { engine: mariadb, admin: { user: root, password: db.R } }
`;

interface Found {
  readonly host: HostFiles;
  readonly findings: ReturnType<typeof checkHostJobs>;
  readonly directory: string;
}

/** Checks the `named` ones of the files; `DIR` in a text stands for their folder. */
async function check(
  files: Readonly<Record<string, string>>,
  named: readonly string[],
  decisions = DATABASES,
): Promise<Found> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(directory, name), text.replaceAll("DIR", directory));
    }
    const { project } = await load({ directory, environment: {} });
    assert.ok(project !== undefined);
    const host = await readHostFiles(named, directory);
    const decided = parseDecisions(decisions, "decisions.yaml");
    assert.deepEqual(decided.diagnostics, []);
    return { host, findings: checkHostJobs(project, decided.decisions, host.files), directory };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const SERVICE = "[Service]\nExecStart=-/bin/sh DIR/purge.sh --all\n";
const TIMER = "[Timer]\nOnCalendar=*-*-* 03:00:00\n";
const PURGE = `#!/bin/sh\n# docker exec faf-db true\n` +
  `docker exec -i faf-db mysql -uroot -p"$PW" faf -e "UPDATE rating SET active = 0;"\n`;
const PURGE_LINE = 'timers: { update-inactives: { service: db, schedule: "0 3 * * *", database: faf, ' +
  'sql: "UPDATE rating SET active = 0;" } }';

for (const named of ["update-inactives.service", "update-inactives.timer"]) {
  Deno.test(`a script behind ${named} is followed, and its line for the decisions has the timer's time`, async () => {
    const files = {
      "update-inactives.service": SERVICE,
      "update-inactives.timer": TIMER,
      "purge.sh": PURGE,
    };
    const { findings, directory } = await check(files, [named]);
    assert.equal(findings.length, 1);
    const [{ span, hint, related } = { hint: "" }] = findings;
    assert.deepEqual([span?.file, span?.line, span?.column], [`${directory}/purge.sh`, 3, 1]);
    assert.equal(hint, `Add to decisions.yaml: ${PURGE_LINE}`);
    assert.deepEqual(related?.map(({ span }) => [span.file, span.line]), [
      [`${directory}/update-inactives.service`, 2],
    ]);
    const { decisions, diagnostics } = parseDecisions(`${DATABASES}${PURGE_LINE}\n`, "decisions.yaml");
    assert.deepEqual(diagnostics, []);
    assert.equal(decisions.timers?.["update-inactives"]?.sql, "UPDATE rating SET active = 0;");
    assert.deepEqual((await check(files, [named], `${DATABASES}${PURGE_LINE}\n`)).findings, []);
  });
}

Deno.test("a script that is named beside its crontab has the crontab's time", async () => {
  const files = { "crontab": "PATH=/bin\n30 1 * * 7 root DIR/purge.sh\n", "purge.sh": PURGE };
  for (const named of [["crontab", "purge.sh"], ["purge.sh", "crontab"], ["crontab"]]) {
    const { findings } = await check(files, named);
    assert.match(findings[0]?.hint ?? "", /timers: \{ purge: \{ service: db, schedule: "30 1 \* \* 7",/);
  }
});

const DUMP = "0 2 * * * docker exec faf-db mysqldump -A \\\n  | gzip > /srv/dumps/db/$(date +%F).sql.gz\n";

Deno.test("a dump becomes a backup with its directory, and is decided by any backup of the database", async () => {
  const { findings } = await check({ dumps: DUMP }, ["dumps"]);
  const line = 'backups: { dumps: { service: db, schedule: "0 2 * * *", directory: /srv/dumps/db } }';
  assert.equal(findings[0]?.hint, `Add to decisions.yaml: ${line}`);
  const other = "backups: { nightly: { service: db, schedule: 0 5 * * *, directory: /b } }\n";
  assert.deepEqual((await check({ dumps: DUMP }, ["dumps"], DATABASES + other)).findings, []);
});

Deno.test("a timer of the same database that is another job leaves the finding", async () => {
  const other =
    'timers: { adding-votes: { service: db, schedule: "0 5 * * *", database: faf, sql: SELECT 1 } }\n';
  const { findings } = await check({ "a.sh": PURGE }, ["a.sh"], DATABASES + other);
  assert.equal(findings.length, 1);
});

Deno.test("what the files do not say is said, and no password is repeated", async () => {
  const script =
    "#!/bin/sh\ndocker exec wiki-db psql -U wiki -d wiki -c \"ALTER USER x PASSWORD 'hunter2'\"\n" +
    "docker exec wiki-db psql wiki < /srv/purge.sql\ndocker restart web\ndocker exec web nginx -s reload\n";
  const { findings } = await check({ "job.sh": script }, ["job.sh"]);
  const unknown = (database: string): string =>
    `Add to decisions.yaml: timers: { job: { service: wiki-db, schedule: "…", database: ${database}, sql: "…" } }` +
    "; when it runs is not in these files; decide databases.wiki-db too";
  assert.deepEqual(findings.map(({ hint }) => hint), [
    unknown("wiki"),
    unknown("wiki"),
    "Use kubectl rollout restart there, or make a CronJob of it",
    "Use kubectl exec there, or make a CronJob of it",
  ]);
  const timer = {
    "job.service": "[Service]\nExecStart=docker exec web true\n",
    "job.timer": "OnCalendar=soon\n",
  };
  assert.equal((await check(timer, ["job.service"])).findings.length, 1);
});

Deno.test("a script that cannot be read is said, a program of the system is not", async () => {
  const text =
    "0 2 * * * /opt/nowhere/job.sh\n0 3 * * * /usr/bin/nothing\n0 4 * * * docker exec web /in/it.sh\n";
  const { host, findings } = await check({ crontab: text }, ["crontab"]);
  assert.deepEqual(host.diagnostics.map(({ code, span }) => [code, span?.line]), [["cli-host-script", 1]]);
  assert.equal(findings.length, 1);
});

Deno.test("scripts that call each other are read once", async () => {
  const files = { "a.sh": "#!/bin/sh\nDIR/b.sh\n", "b.sh": "#!/bin/sh\nDIR/a.sh\ndocker restart web\n" };
  const { host, findings } = await check(files, ["a.sh"]);
  assert.equal(host.files.length, 2);
  assert.equal(findings.length, 1);
});

Deno.test("check --host-file shows the line, the ready line, and where it is called", async () => {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  await Deno.writeTextFile(join(directory, "purge.sh"), PURGE);
  await Deno.writeTextFile(join(directory, "crontab"), `0 3 * * * ${directory}/purge.sh\n`);
  const { err, out } = await told(directory, ["check", "--stack", ".", "--host-file", "crontab"]);
  await Deno.remove(directory, { recursive: true });
  assert.match(out + err, /kube-host-job/);
  assert.match(out + err, /purge\.sh:3:1/);
  assert.match(out + err, /timers: \{ purge: \{ service: db, schedule: "0 3 \* \* \*"/);
  assert.match(out + err, /crontab:1/);
});
