/** The issuer of the stack's own login against the one that the API server is told of. */
import assert from "node:assert/strict";
import { checkIssuer } from "../../lib/checks/check_issuer.ts";
import { planTestStack } from "../cli/planned_stack.ts";

const DECISIONS = `namespace: n
identity: { hydra: { engine: hydra } }
access: { oidc: { issuer: "https://login.example.org/", clientId: kubernetes } }
`;

/** Message, line of the decision and place of the other issuer, for a service with these lines. */
async function found(service: string, hydra?: string): Promise<unknown[]> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/compose.yaml`,
      `services:\n  hydra:\n    image: oryd/hydra:v1.11.8\n${service}`,
    );
    if (hydra !== undefined) await Deno.writeTextFile(`${directory}/hydra.yaml`, hydra);
    const { project, bindSources, decisions } = await planTestStack({ directory, decisions: DECISIONS });
    return checkIssuer({ project, bindSources }, decisions).map(({ message, span, related }) => [
      /writes issuer "([^"]+)"/.exec(message)?.[1],
      span?.line,
      related?.map(({ span }) => `${span.file.split("/").at(-1)}:${span.line}:${span.column}`).join(),
    ]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const MOUNT = `    volumes: ["./hydra.yaml:/etc/hydra.yaml:ro"]\n`;

Deno.test("another issuer in the variable or in the mounted file is told with both places", async () => {
  assert.deepEqual(
    await found(`    environment:\n      URLS_SELF_ISSUER: http://hydra:4444\n`),
    [["http://hydra:4444", 3, "compose.yaml:5:25"]],
  );
  assert.deepEqual(
    await found(MOUNT, "urls:\n  self:\n    issuer: http://hydra:4444\n"),
    [["http://hydra:4444", 3, "hydra.yaml:3:13"]],
  );
});

Deno.test("the same issuer is silent, with or without its last slash, and the variable goes over the file", async () => {
  const variable = `    environment:\n      URLS_SELF_ISSUER: https://login.example.org\n`;
  assert.deepEqual(await found(variable), []);
  assert.deepEqual(await found(variable + MOUNT, "urls: { self: { issuer: http://hydra:4444 } }\n"), []);
  assert.deepEqual(await found(MOUNT, "urls: [broken"), [], "a file that is no YAML is no issuer");
});
