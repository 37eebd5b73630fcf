import { deepEqual } from "node:assert/strict";
import { askProbes, type Reach } from "./reach.ts";

Deno.test("probes get their ports in one order, whatever the order in which a side tells them", async () => {
  const asked: string[] = [];
  const reach = (name: string): Reach => ({
    generated: [],
    addresses: [],
    running: true,
    checked: false,
    log: () => Promise.resolve('{"event":"start","at":1,"view":{}}\n'),
    ask: (kind) => {
      if (kind === "be") asked.push(name);
      return Promise.resolve(kind === "calls" || kind === "look" ? "[]" : "{}");
    },
    askOthers: () => Promise.resolve(),
  });
  const project = { name: "harbour", services: { web: {}, bay: { network_mode: "service:web" } } };
  await askProbes({ web: reach("web"), bay: reach("bay") }, project, {});
  await askProbes({ bay: reach("bay"), web: reach("web") }, project, {});
  deepEqual(asked, ["bay", "web", "bay", "web"]);
});
