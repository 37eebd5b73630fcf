import assert from "node:assert/strict";
import type { KubeObject } from "../../../lib/kube/object.ts";
import { gateAddressOf, openToOthers } from "../../../lib/run/living/gate_address.ts";
import { gatesNeeded } from "../../../lib/run/living/planned_gates.ts";

function node(address: string, podCIDR: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "one" },
    spec: podCIDR === "" ? {} : { podCIDR },
    status: { addresses: [{ type: "Hostname", address: "one" }, { type: "InternalIP", address }] },
  };
}

const OWN = new Set(["127.0.0.1", "203.0.113.5", "10.42.1.1"]);

Deno.test("gateAddressOf() is the bridge of the pods of this machine's node", () => {
  const nodes = [node("203.0.113.4", "10.42.0.0/24"), node("203.0.113.5", "10.42.1.0/24")];
  assert.deepEqual(gateAddressOf(nodes, OWN), { address: "10.42.1.1", isBridge: true });
});

Deno.test("gateAddressOf() is the node's own address where no interface has that of a bridge", () => {
  const own = { address: "203.0.113.5", isBridge: false };
  for (const range of ["", "10.42.7.0/24", "fd00:42::/64", "nonsense"]) {
    assert.deepEqual(gateAddressOf([node("203.0.113.5", range)], OWN), own, range);
  }
  assert.equal(gateAddressOf([node("203.0.113.4", "10.42.1.0/24")], OWN), undefined);
});

Deno.test("openToOthers() names every address and port that others than pods reach", () => {
  const ports = [{ hostPort: 26_000 }, { hostPort: 26_001 }];
  const [found, ...more] = openToOthers("db", ports, { address: "203.0.113.5", isBridge: false });
  assert.equal(found?.code, "run-gate-open");
  assert.match(found.message, /"db".*203\.0\.113\.5:26000, 203\.0\.113\.5:26001 /);
  assert.deepEqual(more, []);
  assert.deepEqual(openToOthers("db", ports, { address: "10.42.0.1", isBridge: true }), []);
});

Deno.test("gatesNeeded() is what stays behind for good, and what moves later than its callers", () => {
  const calls: Readonly<Record<string, readonly string[]>> = { web: ["api", "cache"], api: ["db", "web"] };
  const options = {
    needs: (service: string) => calls[service] ?? [],
    moved: (): readonly string[] => ["cache"],
  };
  assert.deepEqual(gatesNeeded([["web"], ["api"]], options), ["api", "db"]);
  assert.deepEqual(gatesNeeded([["api", "web"]], options), ["db"]);
});
