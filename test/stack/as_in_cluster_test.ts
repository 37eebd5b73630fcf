/** Names with dots: kept where the cluster's DNS is asked for them, else replaced by the service's name. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { objectsOf, planTestStack, type TestStack } from "../cli/planned_stack.ts";

/** A service that others call by an alias, and one that calls it by a variable and by a file. */
const stackOf = (alias: string, keys = ""): string =>
  `services:
  db:
    image: registry.example/db:1.0
    restart: always
    expose: ["5432"]
    networks: { default: { aliases: [${alias}] } }
  web:
    image: registry.example/web:1.0
    restart: always
    environment: { DB_HOST: ${alias} }
    volumes: ["./web.conf:/etc/web.conf:ro"]
    ${keys}
`;

Deno.test("a name of a service that is moved stays, for its certificate may bear it", async () => {
  const stack = await planned("db.internal.lan", "");
  deepEqual(called(stack), ["db.internal.lan", "db.internal.lan"]);
  deepEqual(codes(stack, /^kube-host-/), []);
});

Deno.test("a name of a service that stays in Docker is replaced, and that it is left out is a warning", async () => {
  const stack = await planned("db.internal.lan", "", "services: { db: { skip: stays } }");
  deepEqual(called(stack), ["db", "db"]);
  deepEqual(codes(stack, /^kube-host-renamed$/), []);
  deepEqual([...new Set(codes(stack, /^kube-host-/))], ["kube-host-left-out", "kube-host-replaced"]);
});

Deno.test("a name that the pod asks for outside is replaced: ndots is no more than its dots", async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["db.internal.lan", "dns_opt: [ndots:1]", "db"],
    ["db.internal.lan", "dns_opt: [ndots:2]", "db"],
    ["db.internal.lan", "dns_opt: [ndots:3]", "db.internal.lan"],
    ["db.internal.lan", "dns_opt: [ndots:1, ndots:5]", "db.internal.lan"],
    ["db.internal.lan", "dns_opt: [timeout:1]", "db.internal.lan"],
    ["a.b.c.d.e", "", "a.b.c.d.e"],
    ["a.b.c.d.e.f", "", "db"],
    ["a.b.c.d.e.f", "dns_opt: [ndots:6]", "a.b.c.d.e.f"],
  ];
  for (const [alias, keys, name] of cases) {
    const stack = await planned(alias, keys);
    deepEqual(called(stack), [name, name], `${alias} ${keys}`);
    deepEqual(codes(stack, /^kube-host-renamed$/), [], `${alias} ${keys}`);
  }
});

Deno.test("ndots of the pod counts for all services in it", async () => {
  const stack = await planned(
    "db.internal.lan",
    `network_mode: "service:vpn"
  vpn: { image: "registry.example/vpn:1.0", restart: always, dns_opt: [ndots:1] }`,
  );
  deepEqual(called(stack), ["db", "db"]);
});

Deno.test("what cannot be replaced is a warning: a healthcheck stays as it is written", async () => {
  const keys = 'dns_opt: [ndots:1], healthcheck: { test: [CMD, curl, "http://db.internal.lan:5432/"] }';
  const [found, ...others] = (await planned("db.internal.lan", keys.replace(", h", "\n    h"))).diagnostics
    .filter(({ code }) => code === "kube-host-renamed");
  equal(others.length, 0);
  equal(found?.severity, "warning");
  match(found?.message ?? "", /^Host "db\.internal\.lan" has as many dots as "ndots" of service "web" says/);
});

Deno.test("ndots:0, with which musl finds no service at all, is ndots:1", async () => {
  const stack = await planned("db.internal.lan", "dns_opt: [ndots:0]");
  deepEqual(called(stack), ["db", "db"]);
  match(written(stack), /"options":\[\{"name":"ndots","value":"1"\}\]/);
});

/** What the caller's variable and file have in the cluster. */
function called(stack: TestStack): readonly string[] {
  const text = written(stack);
  return [
    /"DB_HOST":"([^"]*)"|"name":"DB_HOST","value":"([^"]*)"/.exec(text)?.slice(1).find((one) =>
      one !== undefined
    ) ?? "",
    /host=([\w.]+)\\n/.exec(text)?.[1] ?? "",
  ];
}

function written({ conversion }: TestStack): string {
  return JSON.stringify(objectsOf(conversion).map(({ object }) => object));
}

function codes({ diagnostics }: TestStack, of: RegExp): readonly string[] {
  return diagnostics.map(({ code }) => code).filter((code) => of.test(code)).toSorted();
}

async function planned(alias: string, keys: string, decisions = ""): Promise<TestStack> {
  const directory = await Deno.makeTempDir({ prefix: "dots-" });
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), stackOf(alias, keys));
    await Deno.writeTextFile(join(directory, "web.conf"), `host=${alias}\n`);
    return await planTestStack({ directory, decisions });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
