import { equal } from "node:assert/strict";
import { inOwnName } from "../../release/own_name.ts";

Deno.test("inOwnName() names the command that a release has, and leaves other tasks of other tools alone", () => {
  equal(inOwnName("Next: deno task migrate --dry-run"), "Next: compose-ferry migrate --dry-run");
  equal(
    inOwnName("KUBECONFIG=$(deno task -q cluster kubeconfig)"),
    "KUBECONFIG=$(compose-ferry cluster kubeconfig)",
  );
  equal(inOwnName("`deno task ${line}`"), "`compose-ferry ${line}`");
  equal(inOwnName("npx -y deno@2.9.6 run; deno tasks"), "npx -y deno@2.9.6 run; deno tasks");
});
