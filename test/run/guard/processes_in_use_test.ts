import { deepEqual } from "node:assert/strict";
import { placeByName } from "../../../lib/node/place.ts";
import type { Holder } from "../../../lib/node/processes.ts";
import { processesInUse } from "../../../lib/run/guard/processes_in_use.ts";

const PLACE = placeByName("/opt/faf/data/db");
const POD = "0fe2dd5c-6a34-4c63-9a3f-0d9b1a3c9d10";

const HOLDER: Holder = {
  pid: 7,
  command: "mariadbd",
  group: `/kubepods/besteffort/pod${POD}/${"b".repeat(64)}`,
  namespace: "mnt:[7] /",
  place: PLACE,
  how: "mount",
  path: "/var/lib/mysql",
};

const STARTING = [{
  planned: {
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "db", namespace: "n" } },
  },
  places: [PLACE],
}];

function pidsOf(...holders: readonly Holder[]): readonly string[] {
  const judged = { containers: new Set<string>(), pods: new Set([POD]) };
  return processesInUse(holders, STARTING, judged, { severity: "error", doing: "would start" })
    .map(({ message }) => /^Process (\d+)/.exec(message)?.[1] ?? message);
}

Deno.test("a process that has just entered a pod is the pod's, and one of another container is somebody's", () => {
  const entering = { ...HOLDER, pid: 8, command: "runc:[2:INIT]", group: "/system.slice/containerd.service" };
  deepEqual(pidsOf(HOLDER, entering), []);
  deepEqual(pidsOf(entering), ["8"]);
  deepEqual(pidsOf(HOLDER, { ...entering, namespace: "mnt:[9] /" }), ["8"]);
  deepEqual(pidsOf(HOLDER, { ...entering, how: "file", path: "/opt/faf/data/db/ibdata1" }), ["8"]);
});
