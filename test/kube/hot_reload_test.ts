import assert from "node:assert/strict";
import { convertStack } from "./converted.ts";

const COMPOSE = `services:
  db: { image: "mariadb:10.11", environment: { MYSQL_ROOT_PASSWORD: root-horse } }
  lobby: { image: our/lobby:1, volumes: ["./config/lobby:/config:ro"] }
  other: { image: our/other:1, environment: { DB_PASSWORD: correct-horse } }
`;
const DECISIONS = `namespace: n
storage: { ./config/lobby: { kind: configuration, hotReload: true } }
databases:
  db:
    engine: mariadb
    admin: { user: root, password: db.MYSQL_ROOT_PASSWORD }
    users: { lobby: { password: other.DB_PASSWORD, same: [{ file: ./config/lobby/config.yml, after: "DB_PASSWORD:" }] } }
`;

/** The digest that the lobby's pods carry, with this file. */
async function digestWith(config: string, decisions = DECISIONS): Promise<string | undefined> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
    await Deno.mkdir(`${directory}/config/lobby`, { recursive: true });
    await Deno.writeTextFile(`${directory}/config/lobby/config.yml`, config);
    const { conversion } = await convertStack({ directory, decisions });
    const [workload] = conversion.services.get("lobby")?.workload ?? [];
    // The edge: a workload of our own making.
    const spec = workload?.object["spec"] as {
      readonly template: { readonly metadata?: { readonly annotations?: Record<string, string> } };
    };
    return spec.template.metadata?.annotations?.["compose-ferry/configuration"];
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a file that is read again by itself restarts its program for a shared password alone", async () => {
  const first = await digestWith("LEVEL: info\nDB_PASSWORD: correct-horse\n");
  assert.ok(first !== undefined);
  assert.equal(await digestWith("LEVEL: debug\nMORE: 1\nDB_PASSWORD: correct-horse\n"), first);
  assert.notEqual(await digestWith("LEVEL: info\nDB_PASSWORD: battery-staple\n"), first);
  const undecided = DECISIONS.replace(/databases:[^]*/, "");
  assert.equal(await digestWith("DB_PASSWORD: correct-horse\n", undecided), undefined);
});
