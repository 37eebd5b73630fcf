/** `runbook`: what is printed can be pasted. */
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { sameFlags } from "../../lib/cli/same_flags.ts";
import { told } from "./in_process.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("sameFlags() names the same stack and cluster from whatever folder", () => {
  const flags = sameFlags({
    stack: "shop",
    file: ["docker-compose.yml", "my own.yml"],
    profile: ["test"],
    decisions: "decisions.yaml",
    context: "prod",
    embedded: true,
  }, "/opt");
  equal(
    flags,
    "--stack /opt/shop -f docker-compose.yml -f 'my own.yml' --profile test --decisions /opt/decisions.yaml " +
      "--context prod --embedded",
  );
  equal(sameFlags({}, "/opt"), "");
});

Deno.test("runbook writes the bundled example by its files where none of its containers runs", async () => {
  const nowhere = { environment: { DOCKER_HOST: "unix:///nobody/is/there.sock" } };
  const { code, out } = await told(HOME, ["runbook"], nowhere);
  equal(code, 0);
  match(out, /No container of the stack was seen on this machine/);
  const commands = [...out.matchAll(/```sh\n(deno task migrate.*)\n/g)].map(([, command]) => command);
  deepEqual(commands, [
    ...["040", "050", "060", "070", "080", "090", "100"].map((to) => `deno task migrate --cross --to ${to}`),
    "deno task migrate --cross",
  ]);
  const html = await told(HOME, ["runbook", "-o", "html"], nowhere);
  match(html.out, /^<!doctype html>/);
  const { steps } = JSON.parse((await told(HOME, ["runbook", "-o", "json"], nowhere)).out);
  equal(steps.length, commands.length);
});
