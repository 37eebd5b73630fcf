import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { gather, type Gathered } from "../../lib/cli/gather.ts";
import { describeStack } from "../../lib/cli/move.ts";
import type { InputOptions } from "../../lib/cli/options.ts";
import type { Surroundings } from "../../lib/cli/surroundings.ts";
import { withFiles } from "./in_process.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

/** What a command would work with; no engine, no cluster. */
function read(directory: string, options: InputOptions = {}, home = HOME): Promise<Gathered> {
  const surroundings = {
    environment: { DOCKER_HOST: "unix:///none" },
    directory,
    home,
    now: () => new Date(0),
  };
  return gather({ stack: directory, ...options }, surroundings as Partial<Surroundings> as Surroundings);
}

function claims({ plan }: Gathered): Record<string, readonly string[]> {
  const taken = plan?.migrations.filter(({ claimed }) => claimed.length > 0) ?? [];
  return Object.fromEntries(taken.map(({ id, claimed }) => [id, claimed]));
}

const SHOP = `name: shop
services:
  web: { image: "acme/web:1", ports: ["8080:80"], depends_on: [db] }
  prometheus: { image: "prom/prometheus:v2.40.1" }
  db: { image: "postgres:16", volumes: ["data:/var/lib/postgresql/data"] }
volumes: { data: {} }
`;

Deno.test("a stranger's stack needs no decisions, and sees none of another stack's", async () => {
  await withFiles({ "compose.yaml": SHOP }, async (directory) => {
    const gathered = await read(directory);
    assert.deepEqual(gathered.diagnostics.filter(({ severity }) => severity === "error"), []);
    assert.equal(gathered.conversion?.namespace, "shop");
    assert.deepEqual(claims(gathered), {
      "050_databases": ["db"],
      "080_applications": ["web", "prometheus"],
    });
    assert.match(describeStack(gathered, false), /3 services, no decisions$/m);
    assert.doesNotMatch(JSON.stringify([gathered.plan, gathered.diagnostics]), /faf/i);
  });
});

const KNOWN = `name: theirs
services:
  faf-db: { image: "mariadb:10.6", volumes: ["./data/faf-db:/var/lib/mysql"] }
  faf-java-api: { image: "faforever/faf-java-api:v3.0.4" }
  newcomer: { image: "acme/new:1", depends_on: [faf-java-api] }
`;

Deno.test("a stack that has a known one's services gets its decisions and scripts, and is told so", async () => {
  await withFiles({ "compose.yaml": KNOWN }, async (directory) => {
    const gathered = await read(directory);
    assert.equal(gathered.conversion?.namespace, "faf");
    assert.match(
      describeStack(gathered, false),
      /decisions from .*migrations\/faf\/decisions\.yaml, scripts of "faf", as it has "faf-db" and "faf-java-api"/,
    );
  });
});

Deno.test("decisions beside the stack count more than a known stack's, and its scripts stay", async () => {
  await withFiles({ "compose.yaml": KNOWN, "decisions.yaml": "namespace: own\n" }, async (directory) => {
    const gathered = await read(directory);
    assert.equal(gathered.conversion?.namespace, "own");
    assert.equal(gathered.known?.name, "faf");
    assert.deepEqual(claims(gathered), {
      "050_databases": ["faf-db"],
      "080_applications": ["faf-java-api", "newcomer"],
    });
    assert.match(gathered.plan?.migrations.find(({ id }) => id === "070_identity")?.title ?? "", /Hydra/);
  });
});

Deno.test("the folder of a known stack that is named is in force whatever the services are", async () => {
  await withFiles({ "compose.yaml": SHOP }, async (directory) => {
    const gathered = await read(directory, { migrations: `${HOME}/migrations/faf` });
    assert.equal(gathered.conversion?.namespace, "faf");
    assert.equal(gathered.known?.name, "faf");
  });
});

Deno.test("a stack.yaml that cannot be understood is named", async () => {
  await withFiles(
    { "migrations/theirs/stack.yaml": "service: shop\n", "compose.yaml": SHOP },
    async (directory) => {
      await assert.rejects(
        () => read(directory, { migrations: "migrations" }),
        (failure: { diagnostics?: readonly { code: string; span?: { file: string } }[] }) => {
          assert.equal(failure.diagnostics?.[0]?.code, "cli-known-stack");
          assert.equal(dirname(failure.diagnostics?.[0]?.span?.file ?? ""), `${directory}/migrations/theirs`);
          return true;
        },
      );
    },
  );
});
