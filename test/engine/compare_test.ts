import { deepEqual, equal, ok } from "node:assert/strict";
import { stackAspects } from "./aspects.ts";
import { compareSides } from "./compare.ts";
import { openToAll, PLANTED, plantInto } from "./planted.ts";
import { AFTER, BEFORE } from "./sample_side.ts";
import type { SideView } from "./view.ts";

const differences = (after: SideView) => compareSides(stackAspects(BEFORE), stackAspects(after)).differences;

Deno.test("what both sides make up by themselves is no difference", () => {
  deepEqual(differences(AFTER), []);
  const { equal } = compareSides(stackAspects(BEFORE), stackAspects(AFTER));
  ok(equal.length > 50, `only ${equal.length} aspects were compared`);
});

for (const planted of PLANTED) {
  Deno.test(`a planted fault is found: ${planted.fault}`, () => {
    const found = differences(plantInto(AFTER, "web", planted));
    ok(found.length > 0, "nothing was found");
    ok(found.some(({ aspect }) => planted.aspect.test(aspect)), JSON.stringify(found));
    deepEqual([...new Set(found.map(({ service }) => service))], ["web"]);
  });
}

Deno.test("a planted fault is found: a port that is open to all", () => {
  deepEqual(differences(openToAll(AFTER, "other 8080/tcp")), [
    { service: "(published)", aspect: "other 8080/tcp", after: "web" },
  ]);
});

Deno.test("on the machine's network a name that Docker has not is no closed port, and a closed port is one", () => {
  const { web } = BEFORE.services;
  ok(web);
  const port = "port.apart.6000/tcp";
  const seenFrom = (network: string, addresses: readonly string[]): string | undefined =>
    stackAspects({
      ...BEFORE,
      machine: { ...BEFORE.machine, net: "net:[machine]" },
      services: {
        web: {
          ...web,
          view: { ...web.view, namespaces: { ...web.view.namespaces, net: network } },
          sights: [{
            name: "apart",
            addresses,
            ports: { "6000/tcp": "" },
            owner: "apart",
            asked: ["6000/tcp"],
          }],
        },
      },
    })["web"]?.[port];
  equal(seenFrom("net:[machine]", []), undefined);
  equal(seenFrom("net:[machine]", ["10.43.0.11"]), "nobody");
  equal(seenFrom("net:[1]", []), "nobody");
});

Deno.test("a service that does not run on one side is a difference", () => {
  const { web } = AFTER.services;
  ok(web);
  equal(differences({ ...AFTER, services: { web } }).filter(({ aspect }) => aspect === "runs").length, 1);
});

Deno.test("files of a ConfigMap are what their links lead to", () => {
  const entries = { ".": "drwxr-xr-x 0:0", "app.conf": "-rw-r--r-- 0:0 aaaaaaaaaaaa" };
  const linked = {
    ".": "drwxr-xr-x 0:0",
    "..2026_01_01_00_00_00.123": "drwxr-xr-x 0:0",
    "..2026_01_01_00_00_00.123/app.conf": "-rw-r--r-- 0:0 aaaaaaaaaaaa",
    "..data": "Lrwxrwxrwx 0:0 -> ..2026_01_01_00_00_00.123",
    "app.conf": "Lrwxrwxrwx 0:0 -> ..data/app.conf",
  };
  const withEntries = (side: SideView, given: Readonly<Record<string, string>>): SideView =>
    plantInto(side, "web", {
      fault: "",
      aspect: /^/,
      plant: (service) => ({
        ...service,
        view: {
          ...service.view,
          mounts: service.view.mounts.map((mount) => ({ ...mount, entries: given })),
        },
      }),
    });
  deepEqual(
    compareSides(stackAspects(withEntries(BEFORE, entries)), stackAspects(withEntries(AFTER, linked)))
      .differences,
    [],
  );
});

Deno.test("a service that has ended shares nothing: the kernel gives its namespaces' numbers to others", () => {
  const { web, store } = BEFORE.services;
  if (web === undefined || store === undefined) throw new Error("The sample has both");
  const of = (ended: object): string | undefined =>
    stackAspects({
      ...BEFORE,
      services: { web, store: { ...store, view: web.view, ...ended } },
    })["web"]?.["namespace.ipc"];
  deepEqual([of({}), of({ restarted: "once" })], ["shared with store", "its own"]);
});
