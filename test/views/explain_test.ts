/** `explain`, on stacks of this test's own and by the command itself. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { COVERAGE } from "../../lib/checks/coverage/table.ts";
import { patternOf } from "../../lib/checks/coverage/lookup.ts";
import { decisionKeys } from "../../lib/decisions/keys.ts";
import { codesOf } from "../../lib/views/error_page.ts";
import { findDecisionKeys } from "../../lib/views/explain_decision.ts";
import { shortName } from "../../lib/views/objects.ts";
import { occurrences } from "../../lib/secrecy/mod.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";
import { told, withFiles } from "../cli/in_process.ts";

const SECRET = "kV9-topSecret-27qqx";
const STACK = {
  "compose.yaml": `services:
  web:
    image: acme/web:1
    ports: ["8080:80"]
    depends_on: { db: { condition: service_healthy } }
    environment:
      CACHE_URL: redis://cache:6379
      API_PASSWORD: ${SECRET}
    labels:
      traefik.http.routers.web.rule: Host(\`shop.example\`)
    volumes: ["./data:/data"]
    mac_address: "02:42:ac:11:65:43"
  db:
    image: postgres:16
    healthcheck: { test: ["CMD", "pg_isready"] }
    env_file: db.env
  cache: { image: "redis:7" }
`,
  "db.env": `POSTGRES_PASSWORD=${SECRET}\nPOSTGRES_DB=shop\n`,
  "decisions.yaml": `engine: none\nservices:\n  web: { startupSeconds: 90 }\n`,
  "data/": "",
};

async function explained(directory: string, ...words: readonly string[]): Promise<string> {
  const { code, out, err } = await told(directory, ["explain", "--stack", directory, ...words]);
  equal(code, 0, err);
  doesNotMatch(out, new RegExp(SECRET), "a secret is shown");
  return out;
}

Deno.test("a service is its lines, each beside what it became, and everything said of it with its place", async () => {
  await withFiles(STACK, async (directory) => {
    const out = await explained(directory, "web");
    match(out, /^web \(service\) {2}compose\.yaml:2:3\nBecomes a Deployment, .* started by 080_applications/);
    match(out, / 3 \| {5}image: acme\/web:1\n.*↳ image\n/);
    match(out, / 8 \| {7}API_PASSWORD: \*+\n.*↳ secret\/web-env\n/);
    match(out, /11 \| .*\n.*↳ persistentvolume\/\S+; persistentvolumeclaim\/data\n/);
    match(out, /12 \| .*\n.*↳ not carried: /);
    match(out, /deployment\/web +by 080_applications {2}compose\.yaml:2:3\n/);
    match(
      out,
      /Needs\n {2}cache +CACHE_URL names "cache" {2}compose\.yaml:7:18\n {2}db +depends_on, healthy {2}/,
    );
    match(out, /Reached from outside\n {2}Host\(`shop\.example`\)/);
    match(out, /Ports\n {2}80\/tcp/);
    match(out, /Mounts\n {2}\/data {2}\.\/data: PersistentVolume on \S+\/data/);
    match(out, /Kept in Secrets\n {2}API_PASSWORD {2}because of its name, in secret\/web-env/);
    match(out, /Decisions\n {2}services\.web\.startupSeconds {2}90 {2}decisions\.yaml:3:26/);
    match(out, /warning\[kube-not-carried\]: "mac_address"/);
    match(await explained(directory, "db"), /\ndb\.env\n {2}1 \| POSTGRES_PASSWORD=\*+\n/);
    match(await explained(directory, "db"), /Needed by\n {2}web {2}depends_on, healthy/);
  });
});

Deno.test("a line of an env file has its value where that is no secret, and none where it is or may hold one", async () => {
  const files = {
    "compose.yaml":
      "services:\n  db:\n    image: acme/db:1\n    env_file: db.env\n    environment: { OVER: compose }\n",
    "db.env": [
      "DB_NAME=shop",
      "  export DB_USER = 'api'  # who",
      `DB_PASSWORD=${SECRET}`,
      "DB_URL=mysql://api:hunter2@db/shop",
      `AGAIN=x-${SECRET}`,
      'TEXT="one',
      'two"',
      "OVER=file",
      "EMPTY=",
    ].join("\r\n"),
    "decisions.yaml": "engine: none\n",
  };
  await withFiles(files, async (directory) => {
    const out = await explained(directory, "db");
    const lines = (out.split("\ndb.env\n")[1] ?? "").split("\n\n")[0]?.split("\n").filter((line) =>
      /^ +\d+ \|/.test(line)
    );
    deepEqual(lines?.map((line) => line.replace(/^ +\d+ \| /, "").replaceAll(/\*+/g, "*")), [
      "DB_NAME=shop",
      "  export DB_USER =api",
      "DB_PASSWORD=*",
      "DB_URL=*",
      "AGAIN=*",
      "TEXT=*",
      "EMPTY=",
    ]);
  });
});

Deno.test("a mount that another service has too, and a port that is private, say what became of them", async () => {
  const volumes = ["./data:/data"];
  const files = {
    "compose.yaml": JSON.stringify(
      {
        services: {
          one: { image: "a:1", volumes },
          two: { image: "a:1", volumes, ports: ["127.0.0.1:81:80", "82:80"] },
        },
      },
      undefined,
      1,
    ),
    "decisions.yaml": 'engine: none\npublish: { "81": private, "82": hostPort }\n',
    "data/": "",
  };
  await withFiles(files, async (directory) => {
    const out = await explained(directory, "two");
    match(out, /"\.\/data:\/data"\n.*↳ PersistentVolume on \S+\/data\n/);
    match(out, /"127\.0\.0\.1:81:80",\n.*↳ private: reached within the cluster alone\n/);
    match(out, /"82:80"\n.*↳ 82\/tcp: hostPort of the pod, to 80\n/);
  });
});

Deno.test("an object is its source, its migration and its YAML, by kubectl's names too", async () => {
  await withFiles(STACK, async (directory) => {
    for (const word of ["deployment/web", "deploy/web", "Deployments/web"]) {
      match(
        await explained(directory, word),
        /^deployment\/web \(object\)[^]*applied by 080_applications[^]*kind: Deployment/,
      );
    }
    match(await explained(directory, "secret/web-env"), /API_PASSWORD: "\*\*\*"/);
  });
});

Deno.test("a migration is found by its number, its name and its id", async () => {
  await withFiles(STACK, async (directory) => {
    for (const word of ["050", "50", "databases", "050_databases", "migration/050"]) {
      const out = await explained(directory, word);
      match(out, /^050_databases \(migration\)\n[^]*Services\n {2}db +needs no other {2}compose\.yaml:13:3/);
      match(out, /wait +until Deployment db is ready/);
    }
  });
});

Deno.test("keys of compose and of decisions.yaml, and labels", async () => {
  await withFiles(STACK, async (directory) => {
    match(
      await explained(directory, "services.web.mac_address"),
      /^service\.mac_address \(key of compose\)\nNot carried[^]*Here\n {2}service web {2}mac_address: "02:42:ac:11:65:43" {2}compose\.yaml:12:18/,
    );
    match(
      await explained(directory, "services.web.startupSeconds"),
      /^services\.\*\.startupSeconds \(key of decisions\.yaml\)\n[^]*Decided here\n {2}services\.web\.startupSeconds {2}90/,
    );
    match(
      await explained(directory, "traefik.http.routers.web.rule"),
      /Defines "web@docker" of Traefik[^]*ingressroute\/web/,
    );
    const both = await explained(directory, "image");
    match(both, /^service\.image \(key of compose\)/);
    match(both, /\nservices\.\*\.image \(key of decisions\.yaml\)/);
    match(await explained(directory, "decision/image"), /^services\.\*\.image/);
  });
});

Deno.test("a code is the text of docs/errors.md, without a stack; with one, where it is said", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/errors.md", import.meta.url));
  const { code, out } = await told("/nowhere", ["explain", "kube-not-carried"]);
  equal(code, 0);
  const means = codesOf(page).get("kube-not-carried")?.means ?? "missing";
  equal(out.replaceAll(/\s+/g, " ").includes(means), true, out);
  await withFiles(STACK, async (directory) => {
    match(await explained(directory, "kube-not-carried"), /compose\.yaml:12:18/);
  });
});

Deno.test("a slip of the pen is answered with what was meant, and ends with 2", async () => {
  await withFiles(STACK, async (directory) => {
    const near = async (word: string): Promise<string> => {
      const { code, err } = await told(directory, ["explain", "--stack", directory, word]);
      equal(code, 2);
      return /Did you mean "(.*)"/.exec(err)?.[1] ?? err;
    };
    equal(await near("cahce"), "cache");
    equal(await near("deploymnet/web"), "deployment/web");
    equal(await near("kube-not-caried"), "kube-not-carried");
    equal(await near("healthcheck.tset"), "healthcheck.test");
    match(await near("qqqqqqqqqqqq"), /cli-explain-unknown[^]*Name a service/);
  });
});

Deno.test("-o json is one document with no secret in it", async () => {
  await withFiles(STACK, async (directory) => {
    const args = ["explain", "--stack", directory, "-o", "json", "web", "secret/web-env"];
    const { code, out } = await told(directory, args);
    equal(code, 0);
    doesNotMatch(out, new RegExp(SECRET));
    const { schemaVersion, explanations } = JSON.parse(out);
    equal(schemaVersion, 1);
    deepEqual(explanations.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`), [
      "service web",
      "object secret/web-env",
    ]);
  });
});

Deno.test("no secret of the example is in what is said of any of its services and objects", async () => {
  const home = fileURLToPath(new URL("../../", import.meta.url));
  const directory = `${home}examples/harbour`;
  const { secrets, project, conversion } = await planTestStack({
    directory,
    decisions: await Deno.readTextFile(`${directory}/decisions.yaml`),
  });
  ok(secrets.length > 5);
  const words = [
    ...Object.keys(project.services),
    ...objectsOf(conversion).map(({ object }) => shortName(object)),
  ];
  ok(words.length > 60, `only ${words.length}`);
  for (const output of ["text", "json"]) {
    const { code, out, err } = await told(home, [
      "explain",
      "--stack",
      directory,
      "-o",
      output,
      ...new Set(words),
    ]);
    equal(code, 0, err);
    deepEqual(occurrences(out, secrets), []);
  }
});

Deno.test("every line of the table of keys is found by its own name, and every key of decisions by its", () => {
  for (const key of Object.keys(COVERAGE)) {
    const path = key.replace(/\.\*$/, ".name").split(".");
    equal(patternOf(path), key);
  }
  const keys = decisionKeys();
  ok(keys.length > 150, `only ${keys.length} keys`);
  for (const { key } of keys.filter((each) => !each.key.endsWith("*"))) {
    equal(findDecisionKeys(key.replaceAll("*", "name"))[0]?.key, key);
  }
});

Deno.test("an object of another kind is answered with the one of that name", async () => {
  for (const word of ["deploymnt/faf-db", "deployment/faf-db"]) {
    match((await told("/", ["explain", word])).err, /Did you mean "statefulset\/faf-db"/);
  }
});

Deno.test("a word that is not of the bundled example is missed with how to name another stack", async () => {
  const { code, err } = await told("/", ["explain", "no-such-service-anywhere"]);
  equal(code, 2);
  match(err, /Nothing is known of "no-such-\S+" in the bundled example; --stack names another stack/);
});

Deno.test("what needs no stack is explained beside one that cannot be read; migrations of one with errors are missed with the reason", async () => {
  await withFiles({ "compose.yaml": "services: { web: { imag: x } }\n" }, async (directory) => {
    const { code, out, err } = await told(directory, [
      "explain",
      "--stack",
      directory,
      "restart",
      "accepted",
    ]);
    deepEqual([code, err], [
      0,
      `The stack cannot be read, so it cannot be explained: deno task check --stack ${directory}\n`,
    ]);
    match(out, /^service\.restart \(key of compose\)[^]*\naccepted \(key of decisions\.yaml\)/);
    equal((await told(directory, ["explain", "--stack", directory, "restart", "web"])).code, 3);
  });
  await withFiles(
    { "compose.yaml": 'services: { "a_b": { image: "a:1" }, "a-b": { image: "a:1" } }\n' },
    async (directory) => {
      const { code, err } = await told(directory, ["explain", "--stack", directory, "050"]);
      equal(code, 2);
      match(err, /hint: The stack has errors, so there are no migrations yet: deno task check/);
    },
  );
});

Deno.test("services may be called as what every object has, and a label says which router it did not make", async () => {
  const services = Object.fromEntries(
    ["constructor", "toString", "valueOf"].map((name) => [name, { image: "a:1" }]),
  );
  const labels = { "traefik.http.routers.x.rule": "Host(`a.example`)" };
  const files = {
    "compose.yaml": JSON.stringify({ services: { ...services, web: { image: "acme/web:1", labels } } }),
    "decisions.yaml": "engine: none\nservices: { web: { replicas: 1 } }\n",
  };
  await withFiles(files, async (directory) => {
    const out = await explained(directory, "constructor", "toString", "valueOf");
    doesNotMatch(out, /Decisions/);
    match(
      await explained(directory, "traefik.http.routers.x.rule"),
      /A label of the router "x" of Traefik, which there is none of: a finding says why\./,
    );
  });
});
