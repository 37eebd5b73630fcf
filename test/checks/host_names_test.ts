/** What is proposed for a host that no service answers to: what may be meant, and nothing far-fetched. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

/** Host, services, and the one that is meant. */
const CASES: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ["postgers", ["postgres"], "postgres"],
  ["rdis", ["redis"], "redis"],
  ["reids", ["redis"], "redis"],
  ["mail", ["main"], undefined],
  ["app", ["api", "apt"], undefined],
  ["node1", ["node2"], undefined],
  ["broker", ["worker"], undefined],
  ["database-of-sales", ["databse-of-sale"], "databse-of-sale"],
  ["db", ["shop-db"], "shop-db"],
  ["db", ["shop-db", "wiki-db"], undefined],
  ["hosts-db", ["db"], "db"],
  ["shop-db", ["db", "shop-web"], "db"],
  ["google-auth", ["auth"], undefined],
];

for (const [host, services, meant] of CASES) {
  Deno.test(`host "${host}" beside ${services.join(" and ")} means ${meant ?? "nobody that is known"}`, async () => {
    const others = services.map((name) => `  ${name}: { image: "registry.example/a:1.0", restart: always }`);
    const compose = [
      "name: hosts",
      "services:",
      `  caller: { image: "registry.example/a:1.0", restart: always, environment: { TARGET_HOST: ${host} } }`,
      ...others,
    ].join("\n");
    const { diagnostics } = await planned(compose);
    const hints = diagnostics.filter(({ code }) => code === "kube-host-unknown").map(({ hint }) => hint);
    assert.equal(hints.length, 1);
    assert.equal(/^Did you mean "(.+)"\?$/.exec(hints[0] ?? "")?.[1], meant);
  });
}

Deno.test("a service is not proposed to itself", async () => {
  const compose =
    `services: { caller: { image: "registry.example/a:1.0", environment: { A_HOST: callers } } }`;
  const { diagnostics } = await planned(compose);
  const found = diagnostics.find(({ code }) => code === "kube-host-unknown");
  assert.match(found?.hint ?? "", /^If it is outside the stack/);
});

async function planned(compose: string): Promise<TestStack> {
  const directory = await Deno.makeTempDir({ prefix: "host-names-" });
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), compose);
    return await planTestStack({ directory });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
