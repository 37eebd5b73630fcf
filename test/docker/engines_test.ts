/** An engine that does not run, told by what it left on the disk. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { asleep } from "../../lib/docker/engines.ts";

Deno.test("an engine is asleep where its program and its containers are, and not where volumes alone are", async () => {
  const directory = await Deno.makeTempDir({ prefix: "ferry-engine-" });
  const program = join(directory, "dockerd");
  const root = join(directory, "docker");
  const look = (): ReturnType<typeof asleep> =>
    asleep([join(directory, "nowhere"), program], ["/nowhere", root]);
  try {
    await Deno.mkdir(join(root, "volumes/shop_data/_data"), { recursive: true });
    await Deno.writeTextFile(program, "");
    deepEqual(await look(), []);
    await Deno.mkdir(join(root, "containers"));
    const [engine] = await look();
    equal(engine?.isAsleep, true);
    match(engine?.why ?? "", /is installed \(.*\/dockerd\) and has containers in .*\/docker\/containers$/);
    await Deno.remove(program);
    deepEqual(await look(), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
