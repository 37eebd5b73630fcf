import { equal } from "node:assert/strict";
import { asShown, onCluster, onStack, severalFlags } from "../../lib/cli/next_command.ts";

const OUTPUT = { output: "text", color: true } as const;

Deno.test("a next command has every flag that names the stack and the cluster, quoted where it has to be", () => {
  const options = {
    ...OUTPUT,
    stack: "our shop",
    file: ["a.yaml", "b.yaml"],
    envFile: [".env"],
    projectName: "shop",
    profile: ["local"],
    compatibility: true,
    decisions: "own.yaml",
    traefik: "../edge",
    migrations: "scripts",
    kubeconfig: "k$.yaml",
    context: "prod",
    embedded: true,
  };
  const stack = "--stack 'our shop' -f a.yaml -f b.yaml --env-file .env -p shop --profile local " +
    "--compatibility --decisions own.yaml --traefik ../edge --migrations scripts";
  equal(onStack("check", options), `deno task check ${stack}`);
  equal(
    onCluster("status", options),
    `deno task status ${stack} --kubeconfig 'k$.yaml' --context prod --embedded`,
  );
});

Deno.test("without flags it is the command alone; several stacks are named as they were", () => {
  equal(onCluster("status", {}), "deno task status");
  const given = severalFlags(["a", "b c"], "/opt");
  equal(
    onCluster("status", { ...OUTPUT, stack: "a", given }),
    "deno task status --stack a --stack 'b c' --stacks /opt",
  );
});

Deno.test("what a preview was made with is not lost, and what only previews have is", () => {
  const options = {
    ...OUTPUT,
    to: "050",
    dryRun: true,
    full: true,
    adopt: true,
    cross: true,
    allowRunning: true,
  };
  equal(asShown("migrate", options), "deno task migrate --to 050 --adopt --allow-running --cross");
  equal(asShown("redo 060", options), "deno task redo 060 --adopt --allow-running --cross");
});
