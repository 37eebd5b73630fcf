import assert from "node:assert/strict";
import { load } from "../../compose/mod.ts";
import { verdictsOf } from "../../lib/checks/verdicts.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { gatherEqual } from "../../lib/report/gather_equal.ts";
import { renderVerdicts } from "../../lib/report/verdict_text.ts";
import { told, withFiles } from "../cli/in_process.ts";

const COMPOSE = `services:
  web:
    image: acme/web:1
    ports: ["80"]
  db:
    image: acme/db:1
  gone: { image: "acme/gone:1" }
  calm: { image: "acme/calm:1" }
volumes:
  data: {}
`;

function finding(
  severity: Diagnostic["severity"],
  message: string,
  line?: number,
  code = "kube-some",
): Diagnostic {
  return {
    code,
    severity,
    message,
    ...(line === undefined ? {} : { span: { file: "compose.yaml", line, column: 5 } }),
    hint: "Do this\nand that",
  };
}

Deno.test("a finding is about the service that it points into, or that it names; the gravest decides", async () => {
  await withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    const { project } = await load({ directory, environment: {} });
    assert.ok(project !== undefined);
    const verdicts = verdictsOf(project, new Set(["web", "db", "calm"]), [
      finding("warning", "A port differs", 4),
      finding("info", "A remark about calm", 8),
      finding("warning", 'The tags of services "gone" and "calm" move', undefined, "kube-rolling-tag"),
      finding("warning", '"external" of network "calm" is not carried', 10),
      finding("error", 'Service "db" cannot be'),
      finding("warning", "A volume", 10),
    ]);
    assert.deepEqual(verdicts.map(({ service, verdict }) => [service, verdict]), [
      ["web", "differs"],
      ["db", "will not work"],
      ["gone", "left out"],
      ["calm", "works as before"],
    ]);
    assert.equal(
      renderVerdicts(verdicts, { colour: false }),
      `
Service by service:
  web   differs: A port differs
  db    will not work: Service "db" cannot be
        fix: Do this
  gone  left out: The tags of services "gone" and "calm" move
  calm  works as before
`,
    );
  });
});

Deno.test("what a node refuses until it is told otherwise will not work, whatever else is asked", async () => {
  const files = {
    "compose.yaml":
      "name: films\nservices:\n  player:\n    image: registry.example/player:1\n    restart: always\n" +
      "    volumes: [/usr/src:/usr/src, films:/films]\nvolumes:\n" +
      '  films: { driver_opts: { type: cifs, device: //nas.example/films, o: "username=a,password=b" } }\n',
  };
  await withFiles(files, async (directory) => {
    const quiet = { environment: { DOCKER_HOST: "unix:///none" } };
    const { out, err } = await told(directory, ["check", "--stack", directory], quiet);
    assert.match(out + err, /player +will not work: Volume "films"/);
    assert.match(out + err, /fix: Install /);
  });
});

Deno.test("what stands at an anchor counts for each service that has it", async () => {
  const files = {
    "compose.yaml": "name: twins\nservices:\n" +
      '  one: &one { image: "registry.example/a:1", restart: always, pids_limit: 5 }\n' +
      '  calm: { image: "registry.example/a:1", restart: always }\n' +
      "  two: { <<: *one }\n",
  };
  await withFiles(files, async (directory) => {
    const quiet = { environment: { DOCKER_HOST: "unix:///none" } };
    const { out, err } = await told(directory, ["check", "--stack", directory], quiet);
    assert.match(out + err, / one +differs: .*\n +calm +works as before\n +two +differs: /);
  });
});

Deno.test("findings that say the same of several things are one, with the places of all", () => {
  const all = ["a", "b", "c"].map((name, index) =>
    finding("warning", `Directory "./${name}" is not here`, index + 1)
  );
  const [one, ...none] = gatherEqual(all);
  assert.deepEqual(none, []);
  assert.deepEqual(one?.related?.map(({ message, span }) => [message, span.line]), [
    ['Directory "./b" is not here', 2],
    ['Directory "./c" is not here', 3],
  ]);
  assert.deepEqual(gatherEqual(all.slice(1)), all.slice(1));
});

Deno.test("check ends with a line a service, and --strict refuses while a question has no answer", async () => {
  const files = { "compose.yaml": 'services: { web: { image: "acme/web:1", ports: ["8080:80"] } }\n' };
  const circumstances = { environment: { DOCKER_HOST: "unix:///none" } };
  await withFiles(files, async (directory) => {
    const flags = ["check", "--stack", directory];
    const plain = await told(directory, flags, circumstances);
    assert.equal(plain.code, 0, plain.out);
    assert.match(plain.out, /Service by service:\n {2}web {2}works as before/);
    assert.match(plain.err, /^Stack: project .*, no decisions$/m);
    const json = JSON.parse((await told(directory, [...flags, "-o", "json"], circumstances)).out);
    assert.equal(json.services[0].service, "web");
    const questions = json.diagnostics.some(({ severity }: Diagnostic) => severity === "question");
    assert.equal((await told(directory, [...flags, "--strict"], circumstances)).code, questions ? 3 : 0);
  });
});

Deno.test("what docker compose warns of as well does not differ", async () => {
  const files = {
    "compose.yaml": 'services: { web: { image: "a:1.0", hostname: "$UNSET" } }\n',
    "decisions.yaml": "engine: none\n",
  };
  await withFiles(files, async (directory) => {
    const { out } = await told(directory, ["check", "--stack", directory]);
    assert.match(out, /warning\[compose-unset-variable\][^]*\n {2}web {2}works as before\n/);
  });
});

Deno.test("a place that says only whose it is has the words of its finding, and the engine's socket comes first", async () => {
  const files = {
    "compose.yaml": `services:
  one: { image: "a:1.0", restart: always, pids_limit: 100 }
  two: { image: "b:1.0", restart: always, pids_limit: 100 }
  made: { image: example/made, build: ., restart: always }
  other: { image: example/other, build: ., restart: always }
  rules:
    image: c:1.0
    restart: always
    volumes: ["./settings.json:/settings.json:ro", "/var/run/docker.sock:/var/run/docker.sock"]
`,
    "Dockerfile": "FROM a:1.0\n",
    "decisions.yaml": "engine: none\n",
  };
  await withFiles(files, async (directory) => {
    const { out } = await told(directory, ["check", "--stack", directory]);
    const [, lines = ""] = out.split("Service by service:");
    assert.match(lines, /rules +differs: The engine's socket/);
    assert.match(lines, /other +differs: Built here and in no known registry/);
    assert.match(lines, /two +differs: "pids_limit" of 2 services/);
    assert.doesNotMatch(lines, /: (?:Also|This|Image) /);
  });
});
