/** Who has further groups of the image in a pod and none in Docker, through the conversion of a whole stack. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { planStack } from "../../lib/cli/plan_stack.ts";
import { NOTHING_SEEN } from "../../lib/stack/seen.ts";

const COMPOSE = `services:
  alone: { image: "registry.example/a:1.0", restart: always, user: "1000" }
  pair: { image: "registry.example/a:1.0", restart: always, user: "1000:33" }
  root: { image: "registry.example/a:1.0", restart: always, user: "0:0" }
  strict: { image: "registry.example/a:1.0", restart: always, user: "1000:33" }
  own: { image: "registry.example/own:1.0", restart: always }
`;

Deno.test("a user with its group is named where Docker gave it no further ones: written, or the image's own", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
    const { diagnostics } = await planStack(
      { stack: directory, projectName: "p" },
      { environment: {}, directory, home: directory, now: () => new Date(0) },
      {
        decisions: {
          file: join(directory, "decisions.yaml"),
          text: "services: { strict: { supplementalGroupsPolicy: Strict } }\n" +
            'images: { "registry.example/own:1.0": { user: "7:8" } }',
        },
        engine: { seen: NOTHING_SEEN, images: () => undefined, absentVolumes: [] },
      },
    );
    const found = diagnostics.filter(({ code }) => code === "kube-image-groups");
    assert.deepEqual(
      found.map(({ span, related = [] }) => [
        [span?.line, span?.column],
        related.map(({ message, span }) => [message, span?.line]),
      ]),
      [[[3, 67], [['User "7:8" of service "own"', 6]]]],
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
