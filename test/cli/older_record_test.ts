/** What a version applied that recorded no origin of its plans holds for this one, and is not refused. */
import { equal, match } from "node:assert/strict";
import { serve } from "../cluster_client/strange_answers.ts";
import { withFiles } from "./in_process.ts";
import { SmallServer, toldAt } from "./small_server.ts";

const COMPOSE = `name: theirs
services:
  faf-db: { image: "mariadb:10.6", volumes: ["data:/var/lib/mysql"] }
  faf-db-migrations: { image: "acme/schema:1", restart: "no" }
  faf-java-api: { image: "acme/api:1", ports: ["8010:8010"] }
volumes: { data: {} }
`;
const TODAY = "namespace: theirs\nservices: { faf-db-migrations: { kind: Job } }\n";
/** A program that is not restarted was a Job then, whatever was decided. */
const THEN = "namespace: theirs\n";

/** Migrates with the decisions of today and makes the record as it was then. */
async function migratedThen(directory: string, address: string, { objects }: SmallServer): Promise<void> {
  await Deno.writeTextFile(`${directory}/decisions.yaml`, TODAY);
  const migrated = await toldAt(directory, address, ["migrate", "--yes"]);
  equal(migrated.code, 0, migrated.err);
  for (const [path, object] of objects) {
    if (!path.endsWith("/configmaps/migration-state")) continue;
    // The edge: the record is an object with annotations.
    const { annotations } = object["metadata"] as { annotations: Record<string, string> };
    delete annotations["compose-ferry/origin"];
  }
  await Deno.writeTextFile(`${directory}/decisions.yaml`, THEN);
}

Deno.test("a Job of a version that recorded no origin stays one, though a script would refuse the service", () =>
  withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    const cluster = new SmallServer();
    await using server = serve((request) => cluster.answer(request));
    await migratedThen(directory, server.address, cluster);
    const status = await toldAt(directory, server.address, ["status"]);
    equal(status.code, 0, status.err);
    match(status.out, /✔ 060_schema/);
    const migrated = await toldAt(directory, server.address, ["migrate", "--yes", "--accept-new-version"]);
    equal(migrated.code, 0, migrated.err);
    const again = await toldAt(directory, server.address, ["status", "--detailed-exitcode"]);
    equal(again.code, 0, again.out);
  }));

Deno.test("where nothing is recorded, the script's refusal is said", () =>
  withFiles({ "compose.yaml": COMPOSE, "decisions.yaml": THEN }, async (directory) => {
    const cluster = new SmallServer();
    await using server = serve((request) => cluster.answer(request));
    for (const command of [["status"], ["migrate", "--yes"], ["migrate", "--dry-run"]]) {
      const { code, err } = await toldAt(directory, server.address, command);
      equal(code, 3, err);
      match(err, /plan-kind-differs/);
    }
    equal(cluster.objects.size, 0);
  }));
