import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { listDaemons, startDaemon, stopDaemons } from "../../lib/embedded_cluster/daemon.ts";
import { identityFromStat, processIdentity } from "../../lib/embedded_cluster/process_identity.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

const STATS: readonly [string, string, string | undefined][] = [
  ["a plain name", "7 (sh) S 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4711 9", "boot 4711"],
  [
    "a name with spaces and parentheses",
    "7 (a) b (c) R 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4712 9",
    "boot 4712",
  ],
  ["a zombie is no process", "7 (sh) Z 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4711 9", undefined],
];

for (const [title, stat, expected] of STATS) {
  Deno.test(`identityFromStat() ${title}`, () => equal(identityFromStat("boot\n", stat), expected));
}

Deno.test("processIdentity() is stable for a living process and undefined for none", async () => {
  const first = await processIdentity(Deno.pid);
  ok(first);
  equal(await processIdentity(Deno.pid), first);
  equal(await processIdentity(2 ** 22 + 1), undefined);
});

async function withRecords(work: (records: string, log: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(directory, "records"));
    await work(join(directory, "records"), join(directory, "log"));
  } finally {
    await stopDaemons(join(directory, "records"), ["a", "b"], 2000);
    await Deno.remove(directory, { recursive: true });
  }
}

const start = (name: string, script: string, records: string, log: string): Promise<void> =>
  startDaemon({ name, program: "sh", args: ["-c", script], workingDirectory: "/", log }, records);

Deno.test("startDaemon() records the process, its command and its output", () =>
  withRecords(async (records, log) => {
    await start("a", "echo hello; exec sleep 60", records, log);
    const [state] = await listDaemons(records);
    equal(state?.running, true);
    equal(state?.command, "sh\n-c\necho hello; exec sleep 60");
    const written = (): Promise<string> => Deno.readTextFile(log).catch(() => "");
    await waitFor(10_000, async () => (await written()).includes("hello") || undefined);
    equal(await Deno.readTextFile(log), "hello\n");
  }));

Deno.test("startDaemon() gives the process its own session", () =>
  withRecords(async (records, log) => {
    if (Deno.build.os !== "linux") return;
    await start("a", "exec sleep 60", records, log);
    const [state] = await listDaemons(records);
    const stat = await Deno.readTextFile(`/proc/${state?.pid}/stat`);
    equal(stat.slice(stat.lastIndexOf(")")).split(" ")[4], `${state?.pid}`);
  }));

Deno.test("stopDaemons() ends the process and forgets it", () =>
  withRecords(async (records, log) => {
    await start("a", "exec sleep 60", records, log);
    const pid = (await listDaemons(records))[0]?.pid ?? 0;
    await stopDaemons(records, ["a", "never-started"], 2000);
    equal(await processIdentity(pid), undefined);
    deepEqual(await listDaemons(records), []);
  }));

Deno.test("stopDaemons() kills what does not listen", () =>
  withRecords(async (records, log) => {
    await start("a", "trap '' TERM; echo ready; while :; do sleep 1; done", records, log);
    const written = (): Promise<string> => Deno.readTextFile(log).catch(() => "");
    await waitFor(10_000, async () => (await written()).includes("ready") || undefined);
    const pid = (await listDaemons(records))[0]?.pid ?? 0;
    await stopDaemons(records, ["a"], 200);
    equal(await processIdentity(pid), undefined);
  }));

Deno.test("stopDaemons() never ends a process that only has the pid of an older one", () =>
  withRecords(async (records, log) => {
    await start("a", "exec sleep 60", records, log);
    const path = join(records, "a");
    const [pid, boot, stat, ...command] = (await Deno.readTextFile(path)).split("\n");
    const older = stat?.replace(/^(.*\) (?:\S+ ){19})\d+/, "$11");
    await Deno.writeTextFile(join(records, "b"), [pid, boot, older, ...command].join("\n"));
    deepEqual((await listDaemons(records)).map(({ name, running }) => [name, running]), [["a", true], [
      "b",
      false,
    ]]);
    await stopDaemons(records, ["b"], 200);
    deepEqual((await listDaemons(records)).map(({ name, running }) => [name, running]), [["a", true]]);
  }));

Deno.test("stopDaemons() never ends a process of another boot with the same pid and start time", () =>
  withRecords(async (records, log) => {
    await start("a", "exec sleep 60", records, log);
    const text = await Deno.readTextFile(join(records, "a"));
    const boot = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
    await Deno.writeTextFile(join(records, "b"), text.replace(boot, "00000000-0000-0000-0000-000000000000"));
    await stopDaemons(records, ["b"], 200);
    equal((await listDaemons(records))[0]?.running, true);
  }));
