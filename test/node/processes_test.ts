/** Real processes on real directories, in and out of containers. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { ownMounts, placeOf } from "../../lib/node/place.ts";
import { type Holder, lookAtProcesses } from "../../lib/node/processes.ts";

/** Runs a command beside the test, and says who stands on the directory once it says "ready". */
async function holders(
  command: (directory: string) => readonly string[],
  on = "data",
  cwd?: string,
): Promise<readonly string[]> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "processes-" }));
  await Deno.mkdir(`${directory}/data/db`, { recursive: true });
  await Deno.writeTextFile(`${directory}/data/db/file`, "");
  const [program = "", ...args] = command(directory);
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    ...(cwd === undefined ? {} : { cwd: `${directory}/${cwd}` }),
  }).spawn();
  try {
    const { value } = await child.stdout.getReader().read();
    assert.match(new TextDecoder().decode(value), /ready/);
    const place = await placeOf(`${directory}/${on}`, await ownMounts());
    const words = (all: readonly Holder[]): readonly string[] =>
      [...new Set(all.map(({ how, path }) => `${how} ${path.replace(directory, "")}`))].sort();
    return words((await lookAtProcesses([place])).holders);
  } finally {
    await child.stdin.close();
    await child.status;
    await Deno.remove(directory, { recursive: true });
  }
}

const shell =
  (script: string) => (directory: string): readonly string[] => ["sh", "-c", script, "sh", directory];
const UNTIL_CLOSED = "echo ready; read -r line || exit 0";

/** In a mount namespace with a root of its own, as a container has. */
const container = (mount: string, inside = UNTIL_CLOSED) => (directory: string): readonly string[] => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `set -e
mkdir -p "$1/root"
mount -t tmpfs tmpfs "$1/root"
mkdir -p "$1/root/d" "$1/root/proc" "$1/root/bin" "$1/root/lib" "$1/root/lib64" "$1/root/usr" "$1/root/old"
for folder in bin lib lib64 usr; do [ -d /$folder ] && mount --rbind -o ro /$folder "$1/root/$folder"; done
mount --rbind /proc "$1/root/proc"
${mount}
cd "$1/root" && pivot_root . old && exec /bin/sh -c 'umount -l /old; ${inside}'`,
  "sh",
  directory,
];

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
const onLinux = (name: string, fn: () => Promise<void>, ignore = Deno.build.os !== "linux"): void =>
  Deno.test({ name, fn, ignore, sanitizeResources: false });

onLinux("a file open for writing counts, also seen from around it; one that is read does not", async () => {
  const writer = shell(`exec 3>>"$1/data/db/file"; ${UNTIL_CLOSED}`);
  assert.deepEqual(await holders(writer), ["file /data/db/file"]);
  assert.deepEqual(await holders(writer, "data/db"), ["file /data/db/file"]);
  assert.deepEqual(await holders(shell(`exec 3<"$1/data/db/file"; ${UNTIL_CLOSED}`)), []);
  assert.deepEqual(await holders(writer, "data/other"), []);
});

onLinux("a process that works there and has no terminal is a server", async () => {
  const daemon = (): readonly string[] => ["setsid", "--wait", "sh", "-c", UNTIL_CLOSED];
  assert.deepEqual(await holders(daemon, "data", "data/db"), ["directory /data/db"]);
});

onLinux("a shell with a terminal may stand there", async () => {
  const shell = (): readonly string[] => ["script", "-qec", `sh -c '${UNTIL_CLOSED}'`, "/dev/null"];
  const found = await holders(shell, "data", "data/db");
  // `script` itself has none: it is what a login would be, and works there too.
  assert.deepEqual(found.filter((line) => line.startsWith("file")), []);
});

onLinux(
  "a container with the directory, its parent or its child counts; a read-only mount does not",
  async () => {
    const bind = (source: string, options = "rw"): Parameters<typeof holders>[0] =>
      container(`mount --bind "$1/${source}" "$1/root/d"; mount -o remount,bind,${options} "$1/root/d"`);
    assert.deepEqual(await holders(bind("data")), ["mount /d"]);
    assert.deepEqual(await holders(bind("data/db")), ["mount /d"], "a child of it");
    assert.deepEqual(await holders(bind("data"), "data/db"), ["mount /d"], "a parent of it");
    assert.deepEqual(await holders(bind("data", "ro")), []);
  },
  !isRoot,
);

onLinux("a service with private mounts of the whole machine is no container", async () => {
  const service = (): readonly string[] => ["unshare", "--mount", "sh", "-c", UNTIL_CLOSED];
  assert.deepEqual(await holders(service), []);
}, !isRoot);

/** A program of Deno's own, which reads its text from standard input, below a command. */
async function told(command: readonly string[], script: string): Promise<unknown> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "inherit" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { success, stdout } = await child.output();
  assert.ok(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const DENO = [Deno.execPath(), "run", "-A", "--no-check", "--no-config", "-"];
const NODE = new URL("../../lib/node/", import.meta.url);

onLinux("root without the right to trace, as in a container, says that it is blind", async () => {
  const script = `import { lookAtProcesses } from "${NODE.href}processes.ts";
console.log((await lookAtProcesses([])).unseen);`;
  assert.equal(await told(DENO, script), 0);
  const command = ["setpriv", "--inh-caps=-sys_ptrace", "--bounding-set=-sys_ptrace", ...DENO];
  assert.ok(Number(await told(command, script)) > 0);
}, !isRoot);

onLinux(
  "from a container among the machine's processes only those count that write; what it lacks is told",
  async () => {
    const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "processes-" }));
    await Deno.mkdir(`${directory}/data/db`, { recursive: true });
    const writing = `exec 3>>"$1/data/db/file"; ${UNTIL_CLOSED}`;
    const writer = new Deno.Command("sh", {
      args: ["-c", writing, "sh", directory],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    try {
      await writer.stdout.getReader().read();
      const folders = [dirname(Deno.execPath()), NODE.pathname];
      const mounts = [
        ...folders.map((path) => `mkdir -p "$1/root${path}"; mount --bind -o ro "${path}" "$1/root${path}"`),
        'mount --bind "$1/data" "$1/root/d"; mount -o remount,bind,ro "$1/root/d"',
      ];
      const script = `import { lookAtProcesses } from "${NODE.href}processes.ts";
import { ownMounts, placeOf } from "${NODE.href}place.ts";
const mounts = await ownMounts();
const places = [await placeOf("/d", mounts), await placeOf("/var/lib/docker/volumes/db/_data", mounts)];
const { holders, hidden } = await lookAtProcesses(places);
console.log(JSON.stringify([holders.map(({ how, path }) => how + " " + path), hidden.map(({ path }) => path)]));`;
      const command = container(mounts.join("\n"), `HOME=/ exec ${DENO.join(" ")}`)(directory);
      assert.deepEqual(await told(command, script), [
        [`file ${directory}/data/db/file`],
        ["/var/lib/docker/volumes/db/_data"],
      ]);
    } finally {
      await writer.stdin.close();
      await writer.status;
      await Deno.remove(directory, { recursive: true });
    }
  },
  !isRoot,
);
