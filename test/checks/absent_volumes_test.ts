/** What is said of volumes that the engine does not have, through the conversion of a whole stack. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { planStack } from "../../lib/cli/plan_stack.ts";
import { NOTHING_SEEN } from "../../lib/stack/seen.ts";

const COMPOSE = `services:
  web:
    image: registry.example/web:1.0
    volumes: ["pages:/pages", "rows:/rows", "decided:/decided", "there:/there"]
volumes:
  pages: {}
  rows: { name: old-rows, external: true }
  decided: {}
  there: {}
  nobodys: {}
`;

Deno.test("a volume that the engine does not have is said, where a service mounts it and nothing is decided", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
    const { diagnostics } = await planStack(
      { stack: directory, projectName: "p" },
      { environment: {}, directory, home: directory, now: () => new Date(0) },
      {
        decisions: { file: join(directory, "decisions.yaml"), text: "storage: { decided: { path: /disk } }" },
        engine: {
          seen: NOTHING_SEEN,
          images: () => undefined,
          absentVolumes: ["pages", "rows", "decided", "nobodys"],
        },
      },
    );
    const found = diagnostics.filter(({ code }) => code === "kube-volume-absent");
    assert.deepEqual(found.map(({ severity, message, span }) => [severity, message, span?.line]), [
      [
        "warning",
        'The engine has no volume "p_pages" for "pages": it begins with what the image has there, or empty, as with docker compose',
        6,
      ],
      [
        "warning",
        'The engine has no volume "old-rows" for "rows": docker compose does not start without it, and pods wait until its directory is there',
        7,
      ],
    ]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
