import assert from "node:assert/strict";
import { join } from "node:path";
import { planTestStack } from "../cli/planned_stack.ts";
import { fields, list } from "../../lib/values/json.ts";

const COMPOSE = `services:
  app:
    image: acme/app:1
    restart: always
    volumes: ["./conf:/etc/app:ro", "./conf/own.key:/etc/own.key:ro", "./conf/root.key:/etc/root.key:ro"]
    secrets: [root, { source: made, uid: "1000", gid: "1001", mode: 0440 }]
secrets:
  root: { file: ./conf/root.key }
  made: { environment: MADE }
`;

type Pod = Readonly<Record<string, unknown>>;

async function planned(directory: string, decisions = ""): Promise<Pod> {
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  await Deno.writeTextFile(join(directory, ".env"), "MADE=1");
  const { conversion, diagnostics } = await planTestStack({ directory, decisions });
  const errors = diagnostics.filter(({ severity, message }) =>
    severity === "error" && (decisions === "" || /owned-/.test(message))
  );
  assert.deepEqual(errors, []);
  const workload = conversion.services.get("app")?.workload[0]?.object;
  return fields(fields(fields(workload?.["spec"])["template"])["spec"]);
}

async function write(directory: string, file: string, mode: number, owner: number): Promise<void> {
  const path = join(directory, "conf", file);
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, file);
  await Deno.chmod(path, mode);
  await Deno.chown(path, owner, owner);
}

/** Runs an init container's command on folders in the place of its mounts. */
async function copied(init: Pod, directory: string, files: readonly string[]): Promise<readonly string[]> {
  const from = join(directory, "conf");
  const to = await Deno.makeTempDir();
  const [shell = "sh", ...args] = (init["command"] as string[])
    .map((word) => word.replaceAll("/from", from).replaceAll("/to", to).replaceAll("$$", "$"));
  const { success, stderr } = await new Deno.Command(shell, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const seen = await Promise.all(files.map(async (file) => {
    const { mode, uid, gid } = await Deno.stat(join(to, file));
    return `${file} ${((mode ?? 0) & 0o7777).toString(8)} ${uid}:${gid}`;
  }));
  await Deno.remove(to, { recursive: true });
  return seen;
}

Deno.test({
  name: "files have the mode that they have on disk, and their owner where others may not read them",
  // Nobody else gives files away.
  ignore: Deno.uid() !== 0,
  fn: async () => {
    const directory = await Deno.makeTempDir();
    await write(directory, "own.key", 0o600, 1234);
    await write(directory, "root.key", 0o600, 0);
    await write(directory, "more/all.pub", 0o644, 1234);
    await Deno.chmod(join(directory, "conf"), 0o750);
    await Deno.chown(join(directory, "conf"), 1234, 1234);
    const pod = await planned(directory);
    const inits = new Map(list(pod["initContainers"]).map((one) => [one["name"], one]));
    assert.deepEqual([...inits.keys()], ["owned-etc-app", "owned-etc-own-key", "owned-run-secrets-made"]);
    assert.deepEqual(
      await copied(inits.get("owned-etc-app") ?? {}, directory, [".", "own.key", "root.key", "more/all.pub"]),
      [". 750 1234:1234", "own.key 600 1234:1234", "root.key 600 0:0", "more/all.pub 644 1234:1234"],
    );
    assert.match(
      JSON.stringify(inits.get("owned-run-secrets-made")?.["command"]),
      /"made","1000:1001","440"\]$/,
    );
    const mounts = list(list(pod["containers"])[0]?.["volumeMounts"]);
    assert.deepEqual(mounts.map(({ mountPath, readOnly }) => [mountPath, readOnly]), [
      ["/etc/app", true],
      ["/etc/own.key", true],
      ["/etc/root.key", true],
      ["/run/secrets/root", true],
      ["/run/secrets/made", true],
    ]);
    const modes = list(pod["volumes"]).flatMap((volume) =>
      list(fields(volume["configMap"] ?? volume["secret"])["items"])
    )
      .filter(({ path }) => path === "root.key" || path === "root").map(({ mode }) => mode);
    assert.ok(modes.length >= 2 && modes.every((mode) => mode === 0o600), JSON.stringify(modes));
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test({
  name: "where root is refused, files are there for all programs of their pod",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    const directory = await Deno.makeTempDir();
    await write(directory, "own.key", 0o600, 1234);
    await write(directory, "root.key", 0o600, 0);
    const pod = await planned(directory, "podSecurity: restricted\n");
    assert.equal(pod["initContainers"], undefined);
    const modes = list(pod["volumes"]).flatMap(({ configMap, secret, projected }) =>
      [
        fields(configMap),
        fields(secret),
        ...list(fields(projected)["sources"]).flatMap((one) => [
          fields(one["configMap"]),
          fields(one["secret"]),
        ]),
      ].flatMap(({ items }) => list(items)).map(({ path, mode }) => `${path} ${Number(mode).toString(8)}`)
    );
    assert.deepEqual([...new Set(modes)].sort(), ["made 444", "own.key 644", "root 600", "root.key 600"]);
    await Deno.remove(directory, { recursive: true });
  },
});
