import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type PlannedStack, planStack } from "../../lib/cli/plan_stack.ts";
import { describeStack } from "../../lib/cli/describe_stack.ts";
import type { InputOptions } from "../../lib/cli/options.ts";
import type { Surroundings } from "../../lib/cli/surroundings.ts";
import { withFiles } from "./in_process.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

/** What a command would work with; no engine, no cluster. */
function read(directory: string, options: InputOptions = {}, home = HOME): Promise<PlannedStack> {
  const surroundings = {
    environment: { DOCKER_HOST: "unix:///none" },
    directory,
    home,
    now: () => new Date(0),
  };
  return planStack({ stack: directory, ...options }, surroundings as Partial<Surroundings> as Surroundings);
}

function claims({ plan }: PlannedStack): Record<string, readonly string[]> {
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
    const stack = await read(directory);
    assert.deepEqual(stack.diagnostics.filter(({ severity }) => severity === "error"), []);
    assert.equal(stack.conversion?.namespace, "shop");
    assert.deepEqual(claims(stack), {
      "050_databases": ["db"],
      "080_applications": ["web", "prometheus"],
    });
    assert.match(describeStack(stack, false), /3 services, no decisions$/m);
    assert.doesNotMatch(JSON.stringify([stack.plan, stack.diagnostics]), /faf/i);
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
    const stack = await read(directory);
    assert.equal(stack.conversion?.namespace, "faf");
    assert.match(
      describeStack(stack, false),
      /decisions from .*migrations\/faf\/decisions\.yaml, scripts of "faf", as it has "faf-db" and "faf-java-api"/,
    );
  });
});

Deno.test("decisions beside the stack count more than a known stack's, and its scripts stay", async () => {
  await withFiles({ "compose.yaml": KNOWN, "decisions.yaml": "namespace: own\n" }, async (directory) => {
    const stack = await read(directory);
    assert.equal(stack.conversion?.namespace, "own");
    assert.equal(stack.known?.name, "faf");
    assert.deepEqual(claims(stack), {
      "050_databases": ["faf-db"],
      "080_applications": ["faf-java-api", "newcomer"],
    });
    assert.match(stack.plan?.migrations.find(({ id }) => id === "070_identity")?.title ?? "", /Hydra/);
  });
});

Deno.test("the folder of a known stack that is named is in force whatever the services are", async () => {
  await withFiles({ "compose.yaml": SHOP }, async (directory) => {
    const stack = await read(directory, { migrations: `${HOME}/migrations/faf` });
    assert.equal(stack.conversion?.namespace, "faf");
    assert.equal(stack.known?.name, "faf");
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
