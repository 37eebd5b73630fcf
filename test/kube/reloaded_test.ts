/** What restarts a program whose configuration file is read again by itself. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { containersOf } from "../../lib/kube/object.ts";
import { CONFIGURATION_DIGEST } from "../../lib/kube/workload/pod.ts";
import { planTestStack } from "../cli/planned_stack.ts";

const COMPOSE = `services:
  db: { image: "mariadb:10.6", environment: { ROOT_PASSWORD: r, LOBBY_PASSWORD: one-0815 }, expose: ["3306"] }
  lobby: { image: "lobby:1", volumes: ["./config:/conf:ro"] }
`;
const STORAGE = "storage: { ./config: { hotReload: true } }\n";
const decisionsWith = (more: string): string =>
  `${STORAGE}databases:
  db:
    engine: mariadb
    admin: { user: root, password: db.ROOT_PASSWORD }
    users:
      lobby:
        password: db.LOBBY_PASSWORD
        same: [{ file: ./config/lobby.yml, after: "password:"${more} }]
`;
const FILES = { "lobby.yml": "level: info\npassword: one-0815\n", "login.key": "s3cr3t-token\n" };

/** The digest by which the lobby's pods are rolled out; `decide` makes the decisions of the stack's directory. */
async function digest(
  files: Readonly<Record<string, string>>,
  decide: string | ((directory: string) => string) = "",
): Promise<string | undefined> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(join(directory, "config"));
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(directory, "config", name), text);
  }
  const decisions = typeof decide === "string" ? decisionsWith(decide) : decide(directory);
  const { conversion, diagnostics } = await planTestStack({ directory, decisions });
  await Deno.remove(directory, { recursive: true });
  assert.deepEqual(diagnostics.filter(({ code }) => code.startsWith("kube-decision")), []);
  const workload = conversion.services.get("lobby")?.workload[0]?.object;
  assert.ok(workload !== undefined && containersOf(workload).length === 1);
  // The edge: the pod template of a Deployment.
  const { template } = workload["spec"] as {
    readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  return template.metadata.annotations?.[CONFIGURATION_DIGEST];
}

Deno.test("a setting that is read again restarts nothing, a decided password in the same file does", async () => {
  const before = await digest(FILES);
  assert.ok(before !== undefined);
  const setting = FILES["lobby.yml"].replace("info", "debug");
  assert.equal(await digest({ ...FILES, "lobby.yml": setting }), before);
  const password = FILES["lobby.yml"].replace("one", "two");
  assert.notEqual(await digest({ ...FILES, "lobby.yml": password }), before);
  assert.doesNotMatch(before, /0815/);
});

Deno.test("a secret that is a file of its own restarts the program, though the directory is read again", async () => {
  const before = await digest(FILES);
  assert.notEqual(await digest({ ...FILES, "login.key": "an0ther-token\n" }), before);
});

Deno.test("a password that the program takes while it runs restarts nothing", async () => {
  const files = { "lobby.yml": FILES["lobby.yml"] };
  const changed = { "lobby.yml": FILES["lobby.yml"].replace("one", "two") };
  assert.equal(await digest(files, ", hotReload: true"), undefined);
  assert.equal(await digest(changed, ", hotReload: true"), undefined);
});

Deno.test("a password inside a file that no decision names restarts nothing", async () => {
  assert.equal(await digest({ "lobby.yml": FILES["lobby.yml"] }, () => STORAGE), undefined);
});

Deno.test("a decided file is known however its path is written, and in a directory of its own name", async () => {
  const named = (path: string) => (directory: string): string =>
    decisionsWith("").replace("./config/lobby.yml", `${directory}${path}`);
  const files = { "lobby.yml": FILES["lobby.yml"] };
  const changed = { "lobby.yml": FILES["lobby.yml"].replace("one", "two") };
  for (const path of ["/config/lobby.yml", "/./config//lobby.yml"]) {
    assert.notEqual(await digest(files, named(path)), undefined, path);
    assert.notEqual(await digest(changed, named(path)), await digest(files, named(path)), path);
  }
  const inside = (): string => decisionsWith("").replace("./config/lobby.yml", "./config/config");
  assert.notEqual(await digest({ config: FILES["lobby.yml"] }, inside), undefined);
});
