/** One problem is said once: what could not be read is not missing as well, and a file of elsewhere is no path. */
import { deepEqual } from "node:assert/strict";
import { join } from "node:path";
import { load } from "../../compose/mod.ts";

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['services: { a: { image: "x:${V" } }', ['compose-interpolation "${V" is not a variable (1:28)']],
  ['services: { a: { image: "x:${A:?need it}" } }', [
    'compose-required-variable The variable "A" has to be set: need it (1:28)',
  ]],
  ["services: { a: { build: { context: '${V' } } }", [
    'compose-interpolation "${V" is not a variable (1:37)',
  ]],
  ['services: { a: { image: "x:1", volumes: [":/x", "./x:"] } }', [
    'compose-mount ":/x" is not a mount: nothing stands between two colons (1:42)',
    'compose-mount "./x:" is not a mount: nothing stands between two colons (1:49)',
  ]],
  ['services: { a: { image: "x:1", tmpfs: [/x], volumes: ["aa:/x"] } }\nvolumes: { aa: {} }', [
    'compose-conflict "/x" is mounted twice in "a", first by tmpfs[0] (1:55)',
  ]],
  ["services: { a: { restart: always } }", [
    'compose-no-image The service "a" has neither an image nor a build (1:16)',
  ]],
  ['include: ["oci://docker.io/x/y:1"]\nservices: { a: { image: "x:1" } }', [
    'compose-remote-file "oci://docker.io/x/y:1" is not on this disk: files of registries and repositories are not fetched (1:11)',
  ]],
  ['include: [{ path: "git@github.com:x/y.git" }]\nservices: { a: { image: "x:1" } }', [
    'compose-remote-file "git@github.com:x/y.git" is not on this disk: files of registries and repositories are not fetched (1:11)',
  ]],
  ['services: { a: { extends: { file: "https://me:pw@x.org/y.git", service: b } } }', [
    'compose-remote-file "https://x.org/y.git" is not on this disk: files of registries and repositories are not fetched (1:35)',
  ]],
];

for (const [text, wanted] of CASES) {
  Deno.test(`said once: ${text.split("\n")[0]}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "once-" });
    try {
      await Deno.writeTextFile(join(directory, "compose.yaml"), `${text}\n`);
      const { diagnostics } = await load({ directory, environment: {} });
      deepEqual(
        diagnostics.map(({ code, message, span }) => `${code} ${message} (${span?.line}:${span?.column})`),
        wanted,
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
