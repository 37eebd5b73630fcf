/** Real directories, links and bind mounts. */
import assert from "node:assert/strict";
import { contains, overlaps, ownMounts, placeOf } from "../../lib/node/place.ts";
import { isThisMachine } from "../../lib/node/machine.ts";

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "place-" }));
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("placeOf() follows links, also above what is not there yet", () =>
  withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/real/data/db`, { recursive: true });
    await Deno.symlink(`${directory}/real`, `${directory}/link`);
    const mounts = await ownMounts();
    const real = await placeOf(`${directory}/real/data/db`, mounts);
    const linked = await placeOf(`${directory}/link/data/db`, mounts);
    assert.equal(linked.real, real.real);
    assert.ok(overlaps(real, linked));
    const missing = await placeOf(`${directory}/link/data/db/later/on/`, mounts);
    assert.equal(missing.real, `${directory}/real/data/db/later/on`);
    assert.equal(missing.identity, undefined);
    assert.ok(overlaps(missing, real) && overlaps(real, missing), "nested in both directions");
    assert.ok(contains(real, missing) && !contains(missing, real));
    assert.ok(!overlaps(real, await placeOf(`${directory}/real/data/db-old`, mounts)));
    assert.equal((await placeOf("relative-and-missing", mounts)).path, "relative-and-missing");
  }));

Deno.test({
  name: "overlaps() sees through bind mounts, where no name tells",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn: () =>
    withDirectory(async (directory) => {
      await Deno.mkdir(`${directory}/stack/data/db`, { recursive: true });
      await Deno.mkdir(`${directory}/elsewhere`);
      // In a mount namespace of its own: nothing is left mounted, whatever happens.
      const script = `
        import { overlaps, ownMounts, placeOf } from "${new URL("../../lib/node/place.ts", import.meta.url)}";
        const mounts = await ownMounts();
        const [parent, child, other] = await Promise.all(["stack", "elsewhere/db", "stack/other"]
          .map((name) => placeOf("${directory}/" + name, mounts)));
        console.log(overlaps(parent, child), overlaps(child, parent), overlaps(child, other));`;
      const { stdout, stderr } = await new Deno.Command("unshare", {
        args: [
          "--mount",
          "sh",
          "-c",
          'mount --bind "$1/stack/data" "$1/elsewhere" && exec "$2" eval "$3"',
          "sh",
        ]
          .concat(directory, Deno.execPath(), script),
      }).output();
      const text = new TextDecoder();
      assert.equal(text.decode(stdout).trim(), "true true false", text.decode(stderr));
    }),
});

Deno.test("isThisMachine() tells the machine from a container on it", () => {
  const machine = { bootId: "b", machineId: "m", addresses: ["10.0.0.1"] };
  const node = { bootId: "b", machineId: "m", addresses: ["10.0.0.1"] };
  assert.ok(isThisMachine(node, machine));
  assert.ok(
    isThisMachine({ ...node, addresses: ["10.40.0.1"] }, machine),
    "the same, in a network of its own",
  );
  assert.ok(!isThisMachine({ ...node, bootId: "c" }, machine), "another kernel");
  const kind = { bootId: "b", machineId: "k", addresses: ["172.18.0.2"] };
  assert.ok(!isThisMachine(kind, machine), "kind, minikube on Docker: a machine id of its own");
  assert.ok(!isThisMachine({ ...kind, machineId: "" }, machine), "k3d: none at all");
  assert.ok(
    isThisMachine({ ...kind, addresses: ["10.0.0.1"] }, machine),
    "what has the machine's address is it",
  );
  const { bootId: _, ...mac } = machine;
  assert.ok(!isThisMachine({ ...node, bootId: "" }, mac), "no Linux");
});
