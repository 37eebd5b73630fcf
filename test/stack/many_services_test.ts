/** What is looked up by name among many services is what a search through all of them finds. */
import { deepEqual, doesNotMatch, match } from "node:assert/strict";
import { withFiles } from "../cli/in_process.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";

/** More secrets than the texts below have letters. */
const MANY = 60;

/** A strong password of its own for each; some begin alike, and none as its spelling in an address does. */
function password(number: number): string {
  return `K%8v${number % 2 === 0 ? "W" : "x"}2Zt5%Lr9b${number}Q`;
}

const services = Array.from(
  { length: MANY },
  (_, number) =>
    `  s${number}: { image: acme/web:1, restart: always, environment: { PASSWORD: "${password(number)}" } }
`,
).join("");

Deno.test("among many known secrets a short text that holds one is secret, however it is spelt", () =>
  withFiles({
    "compose.yaml": `services:
${services}  web:
    image: acme/web:1
    restart: always
    environment:
      GREETING: "hello ${password(37)}"
      ADDRESS: "a?b=${encodeURIComponent(password(41))}"
      NEARLY: "hello ${password(37).slice(0, -2)}"
`,
  }, async (directory) => {
    const { conversion } = await planTestStack({ directory });
    const open = objectsOf(conversion).map(({ object }) => object).filter(({ kind }) => kind !== "Secret");
    doesNotMatch(JSON.stringify(open), /Lr9b(37|41)Q/);
    match(JSON.stringify(open), /"hello K%8vx2Zt5%Lr9b3"/);
    const notes = conversion.findings.find(({ code }) => code === "kube-secrets")?.related ?? [];
    const told = notes.map(({ message }) => message).join("\n");
    match(told, /"web\.GREETING": it holds the value of "s37\.PASSWORD"/);
    match(told, /"web\.ADDRESS": it holds the value of "s41\.PASSWORD"/);
  }));

Deno.test("an unnamed volume has a hash in its name where a service's name goes on as another one ends", () =>
  withFiles({
    "compose.yaml": `services:
  a: { image: acme/web:1, restart: always, volumes: [/data] }
  a-b: { image: acme/web:1, restart: always, volumes: [/data] }
  constructor-x: { image: acme/web:1, restart: always, volumes: [/data] }
  named: { image: acme/web:1, restart: always, volumes: [/data] }
  plain: { image: acme/web:1, restart: always, volumes: [/data] }
volumes: { named-data: {} }
`,
  }, async (directory) => {
    const { conversion } = await planTestStack({ directory });
    const names = objectsOf(conversion).map(({ object }) => object)
      .filter(({ kind }) => kind === "PersistentVolumeClaim").map(({ metadata }) => metadata.name).sort();
    deepEqual(names.map((name) => name.replace(/-[0-9a-f]{8}$/, "-#")), [
      "a-b-data-#",
      "a-data-#",
      "constructor-x-data",
      "named-data-#",
      "plain-data",
    ]);
  }));
