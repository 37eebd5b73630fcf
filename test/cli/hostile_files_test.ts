/** Files that are none, never end or lead elsewhere: said within a second, and nothing is written outside the stack. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { isReallyInside, realPathOf } from "../../lib/files/inside.ts";
import { readRegular, readRegularTextSync } from "../../lib/files/regular_file.ts";
import { told, treeOf, withFiles } from "./in_process.ts";

const COMPOSE = "services: { web: { image: 'web:1', ports: ['80'] } }\n";

/** Makes a file of a kind at a path; the kinds that a command must not open. */
const KINDS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "a FIFO": (path) => new Deno.Command("mkfifo", { args: [path] }).output(),
  "a socket": (path) => Promise.resolve(Deno.listen({ transport: "unix", path })),
  "a device": (path) => Deno.symlink("/dev/zero", path),
  "a link to itself": (path) => Deno.symlink(path, path),
  "two gigabytes": async (path) => {
    using file = await Deno.open(path, { write: true, create: true });
    await file.truncate(2 * 1024 ** 3);
  },
  "what the kernel makes": (path) => Deno.symlink("/proc/kmsg", path),
};

/** What is read where, and the command that reads it. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  "compose.yaml": ["config", "--stack", "."],
  ".env": ["config", "--stack", "."],
  "decisions.yaml": ["check", "--stack", "."],
  "named.yaml": ["check", "--stack", ".", "--decisions", "named.yaml"],
  "web.env": ["config", "--stack", "."],
  "included.yaml": ["config", "--stack", "."],
  "other.env": ["config", "--stack", ".", "--env-file", "other.env"],
  "crontab": ["check", "--stack", ".", "--host-file", "crontab"],
  "chart.tgz": ["check", "--stack", ".", "--chart", "a=chart.tgz"],
  "kubeconfig": ["status", "--stack", ".", "--kubeconfig", "kubeconfig"],
  "token": ["status", "--stack", ".", "--kubeconfig", "with-token.yaml"],
  "site.pem": ["check", "--stack", ".", "--decisions", "certificate.yaml"],
  "config/site.conf": ["check", "--stack", "."],
};

const STACK = {
  "compose.yaml": `include: [included.yaml]
services:
  web: { image: 'web:1', ports: ['80'], env_file: web.env, volumes: ["./config:/config"] }
`,
  ".env": "A=1\n",
  "web.env": "B=1\n",
  "included.yaml": "services: { other: { image: 'other:1' } }\n",
  "decisions.yaml": "namespace: a\ndefaultMigration: applications\n",
  "config/site.conf": "a=1\n",
  "config/other.conf": "a=1\n",
  "certificate.yaml": "traefik: { defaultCertificate: { certificate: site.pem, key: site.pem } }\n",
  "with-token.yaml": JSON.stringify({
    "current-context": "a",
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    clusters: [{ name: "a", cluster: { server: "https://127.0.0.1:9" } }],
    users: [{ name: "a", user: { tokenFile: "token" } }],
  }),
};

for (const [kind, make] of Object.entries(KINDS)) {
  Deno.test(`${kind} as any input file is a message, and soon`, async () => {
    for (const [input, args] of Object.entries(INPUTS)) {
      await withFiles(STACK, async (directory) => {
        const path = join(directory, input);
        await Deno.remove(path).catch(() => undefined);
        const made = await make(path);
        const began = performance.now();
        const { code, out, err } = await told(directory, args);
        if (made !== undefined && made !== null && typeof made === "object" && "close" in made) {
          (made as Deno.Listener).close();
        }
        // Reading one of these would never end.
        assert.ok(performance.now() - began < 60_000, `${input}: ${performance.now() - began} ms`);
        if (input === "config/site.conf") return;
        assert.ok(code >= 2 && code <= 4, `${input}: ${code}\n${out}${err}`);
        assert.match(out + err, new RegExp(`Cannot read [^\n]*${input}`), `${input}: ${out}${err}`);
        assert.doesNotMatch(out + err, /This is a bug|os error/);
      });
    }
  });
}

Deno.test("readRegular() stops at its limit, also where the size was not told, and reads /dev/null as nothing", async () => {
  await withFiles({ "a": "12345" }, async (directory) => {
    const path = join(directory, "a");
    assert.equal((await readRegular(path, 5)).length, 5);
    await assert.rejects(readRegular(path, 4), /its 5 bytes are more than the limit of 4/);
    assert.throws(() => readRegularTextSync(path, 4), /limit of 4/);
    await assert.rejects(readRegular("/proc/self/status"), /kernel/);
    assert.equal((await readRegular("/dev/null")).length, 0);
    await assert.rejects(readRegular(join(directory, "b")), Deno.errors.NotFound);
  });
});

Deno.test("init writes nothing where a committed link leads out of the stack, and takes nothing from there", async () => {
  await withFiles({ "home/.ssh/config": "mine\n", "stack/compose.yaml": COMPOSE }, async (directory) => {
    const stack = join(directory, "stack");
    await Deno.writeTextFile(
      join(stack, "compose.yaml"),
      "services: { web: { image: 'web:1', volumes: ['./ssh/authorized_keys:/k', './own:/o', './sub/x.conf:/x'] } }\n",
    );
    await Deno.symlink("../home/.ssh", join(stack, "ssh"));
    await Deno.writeTextFile(join(stack, "ssh.template"), "");
    await Deno.remove(join(stack, "ssh.template"));
    await Deno.mkdir(join(stack, "ssh.template"));
    await Deno.writeTextFile(join(stack, "ssh.template", "authorized_keys"), "key of a stranger\n");
    // A link to a folder that is not there yet, and a template that is somebody's own file.
    await Deno.symlink(join(directory, "home", "new"), join(stack, "sub"));
    await Deno.mkdir(join(stack, "sub.template"));
    await Deno.writeTextFile(join(stack, "sub.template", "x.conf"), "x\n");
    await Deno.symlink("../home/.ssh/config", join(stack, "own.template"));
    const before = await treeOf(join(directory, "home"));
    const { code, out, err } = await told(directory, ["init", "--stack", stack, "--yes"]);
    assert.equal(code, 1, out + err);
    assert.deepEqual(await treeOf(join(directory, "home")), before);
    assert.match(err, /cli-init-copy\]: Cannot make "ssh\/authorized_keys".*outside/);
    assert.match(err, /cli-init-copy\]: Cannot make "own".*outside/);
    assert.equal((await treeOf(stack))["own"], undefined);
  });
});

Deno.test("init copies no template that is no file, and says so", async () => {
  await withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    await new Deno.Command("mkfifo", { args: [join(directory, ".env.template")] }).output();
    const { code, err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.equal(code, 3, err);
    assert.match(err, /it is a FIFO, no file/);
  });
});

Deno.test("init gives a file in which a secret stands to its owner alone", async () => {
  const compose = "services: { web: { image: 'web:1', volumes: ['./a.conf:/a', './b.conf:/b'] } }\n";
  const files = {
    "compose.yaml": compose,
    "a.conf.template": "password=hunter2hunter2\n",
    "b.conf.template": "colour=blue\n",
  };
  await withFiles(files, async (directory) => {
    const { code, err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.equal(code, 0, err);
    const made = await treeOf(directory);
    assert.match(made["a.conf"] ?? "", /^600 /);
    assert.match(made["b.conf"] ?? "", /^644 /);
  });
});

Deno.test("isReallyInside() follows links on both sides, and those that lead nowhere", async () => {
  await withFiles({ "stack/in/": "", "out/": "" }, async (made) => {
    const directory = await Deno.realPath(made);
    await Deno.symlink("in", join(directory, "stack", "kept"));
    await Deno.symlink("../out", join(directory, "stack", "away"));
    await Deno.symlink("../nowhere", join(directory, "stack", "lost"));
    await Deno.symlink("stack", join(directory, "alias"));
    const inside = (path: string): Promise<boolean> =>
      isReallyInside(join(directory, "stack", path), join(directory, "alias"));
    assert.deepEqual(
      await Promise.all(["x", "in/x", "kept/new/x", "away/x", "lost/x", "lost", "../stack2"].map(inside)),
      [true, true, true, false, false, false, false],
    );
    assert.equal(await realPathOf(join(directory, "stack", "lost", "x")), join(directory, "nowhere", "x"));
  });
});
