/** Real processes on real directories, in and out of containers. */
import assert from "node:assert/strict";
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
    const told = (all: readonly Holder[]): readonly string[] =>
      [...new Set(all.map(({ how, path }) => `${how} ${path.replace(directory, "")}`))].sort();
    return told((await lookAtProcesses([place])).holders);
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
const container = (mount: string) => (directory: string): readonly string[] => [
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
cd "$1/root" && pivot_root . old && exec /bin/sh -c 'umount -l /old; ${UNTIL_CLOSED}'`,
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

/** How many processes a look finds that it may not look at, by a process of its own that runs below these words. */
async function unseenBelow(...command: readonly string[]): Promise<number> {
  const module = new URL("../../lib/node/processes.ts", import.meta.url).href;
  const script = `import { lookAtProcesses } from "${module}";
console.log((await lookAtProcesses([])).unseen);`;
  const [program = "", ...args] = [...command, Deno.execPath(), "run", "-A", "--no-check", "-"];
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "inherit" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { success, stdout } = await child.output();
  assert.ok(success);
  return Number(new TextDecoder().decode(stdout));
}

onLinux("root without the right to trace, as in a container, says that it is blind", async () => {
  assert.equal(await unseenBelow(), 0);
  assert.ok(await unseenBelow("setpriv", "--inh-caps=-sys_ptrace", "--bounding-set=-sys_ptrace") > 0);
}, !isRoot);
