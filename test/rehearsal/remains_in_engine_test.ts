/** Only what has the mark is a rehearsal's: a project of the copy's name is somebody else's, and is left alone. */
import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { REHEARSAL_LABEL } from "../../lib/rehearsal/copied_project.ts";
import { findInEngine } from "../../lib/rehearsal/remains_in_engine.ts";
import { type Contents, smallEngine } from "./small_engine.ts";

const COPY = { folder: "/opt/.shop-rehearsal", project: "shop-rehearsal" };
const OF_PROJECT = { "com.docker.compose.project": "shop-rehearsal" };
const OWN = { ...OF_PROJECT, [REHEARSAL_LABEL]: COPY.folder };
const STAND_IN = { "compose-ferry/project": "shop-rehearsal" };

const UNNAMED = { name: "0a1b", labels: { ...OF_PROJECT, "com.docker.volume.anonymous": "" } };

async function found(contents: Contents): Promise<readonly string[]> {
  const labelled = await findInEngine(smallEngine(contents), COPY);
  return labelled.map(({ kind, name }) => `${kind} ${name}`);
}

Deno.test("what has the mark is found, with what stands in for it", async () => {
  const contents: Contents = {
    containers: [
      { name: "copy", labels: OWN },
      { name: "helper", labels: STAND_IN, networks: ["front"] },
      { name: "gate", labels: STAND_IN, networks: ["bridge"] },
      { name: "live", labels: { "com.docker.compose.project": "shop" } },
    ],
    networks: [{ name: "front", labels: OWN }, { name: "others" }],
    volumes: [{ name: "rows", labels: OWN }, { name: "others" }, UNNAMED],
  };
  assert.deepEqual(await found(contents), [
    "container copy",
    "network front",
    "volume rows",
    "container helper",
    "container gate",
  ]);
});

const OTHERS: Readonly<Record<string, Contents>> = {
  'Container "theirs" of project': { containers: [{ name: "theirs", labels: OF_PROJECT }] },
  'Network "theirs" of project': { networks: [{ name: "theirs", labels: OF_PROJECT }] },
  'Volume "theirs" of project': { volumes: [{ name: "theirs", labels: OF_PROJECT }] },
  'Container "helper" of project': {
    containers: [{ name: "copy", labels: OWN }, { name: "helper", labels: STAND_IN, networks: ["theirs"] }],
    networks: [{ name: "front", labels: OWN }],
  },
  'Container "elsewhere" belongs to a rehearsal whose copy is in "/mnt/big/.shop-rehearsal"': {
    containers: [{ name: "elsewhere", labels: { ...OWN, [REHEARSAL_LABEL]: "/mnt/big/.shop-rehearsal" } }],
  },
};

for (const [said, contents] of Object.entries(OTHERS)) {
  Deno.test(`without the mark nothing is found and nothing begins: ${said}`, async () => {
    await assert.rejects(found(contents), (error) => {
      assert.ok(error instanceof Failure);
      const [first] = error.diagnostics;
      assert.equal(first?.code, "run-rehearsal-not-own");
      assert.ok(first.message.startsWith(said), first.message);
      return true;
    });
  });
}
