/** Logs of Traefik in files: on the node where the file was mounted from there, else on standard output. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { withFiles } from "../cli/in_process.ts";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

const COMPOSE = `name: shop
services:
  traefik:
    image: traefik:v3.1
    ports: ["80:80"]
    command:
      - --entrypoints.web.address=:80
      - --accesslog.filepath=/logs/access.log
      - --log.filepath=/logs/own/traefik.log
      - --log.level=INFO
      - --providers.docker.exposedbydefault=false
    volumes: ["./logs:/logs"]
  reader: { image: "registry.example/reader:1", volumes: ["./logs:/var/log/traefik:ro"] }
`;

interface Seen {
  readonly values: {
    readonly additionalArguments: readonly string[];
    readonly additionalVolumeMounts?: unknown;
    readonly nodeSelector?: unknown;
    readonly deployment?: {
      readonly additionalVolumes: readonly unknown[];
      readonly initContainers: readonly { readonly command: readonly string[] }[];
    };
  };
  readonly said: readonly (readonly [string, string])[];
  readonly directory: string;
}

async function seen(compose: string, decisions = ""): Promise<Seen> {
  let found: Seen | undefined;
  await withFiles({ "compose.yaml": compose, "logs/": "" }, async (directory) => {
    const stack = await planTestStack({ directory, decisions });
    const said = stack.diagnostics.filter(({ code }) => code.startsWith("traefik-log"));
    found = { values: valuesOf(stack), said: said.map(({ code, message }) => [code, message]), directory };
  });
  assert.ok(found);
  return found;
}

function valuesOf({ conversion }: TestStack): Seen["values"] {
  const config = conversion.traefik.find(({ object }) => object.kind === "HelmChartConfig");
  const spec = config?.object["spec"] as { readonly valuesContent: string };
  return parse(spec.valuesContent);
}

Deno.test("logs in a mounted directory go to it on the node, to files of Traefik's user", async () => {
  const { values, said, directory } = await seen(COMPOSE, "storageId: main-01");
  assert.ok(values.additionalArguments.includes("--accesslog.filepath=/compose-ferry/logs/0/access.log"));
  assert.ok(values.additionalArguments.includes("--log.filepath=/compose-ferry/logs/0/own/traefik.log"));
  const mounts = [{ name: "logs-0", mountPath: "/compose-ferry/logs/0" }];
  assert.deepEqual(values.additionalVolumeMounts, mounts);
  assert.deepEqual(values.deployment?.additionalVolumes, [
    { name: "logs-0", hostPath: { path: `${directory}/logs`, type: "DirectoryOrCreate" } },
  ]);
  const [command] = values.deployment?.initContainers.map(({ command }) => command.at(-1)) ?? [];
  const file = "/compose-ferry/logs/0/own/traefik.log";
  assert.ok(command?.includes(`touch ${file}; chown 65532:65532 ${file}`), `${command}`);
  assert.deepEqual(values.nodeSelector, { "storage-id": "main-01" });
  assert.deepEqual(said.map(([code]) => code), ["traefik-log-on-node", "traefik-log-on-node"]);
  assert.match(
    said[0]?.[1] ?? "",
    /"\S+\/logs" of the node, where Docker's Traefik appends .* and "reader" reads it$/,
  );
});

Deno.test("a directory that is decided to lie elsewhere is that one for Traefik, too", async () => {
  const { values } = await seen(COMPOSE, 'storage: { "./logs": { path: /srv/logs } }');
  assert.deepEqual(values.deployment?.additionalVolumes, [
    { name: "logs-0", hostPath: { path: "/srv/logs", type: "DirectoryOrCreate" } },
  ]);
});

Deno.test("a file that is mounted itself is mounted as a file", async () => {
  const { values, directory } = await seen(
    COMPOSE.replace("./logs:/logs", "./logs/access.log:/logs/access.log"),
  );
  assert.deepEqual(values.deployment?.additionalVolumes, [
    { name: "logs-0", hostPath: { path: `${directory}/logs/access.log`, type: "FileOrCreate" } },
  ]);
  assert.ok(!values.additionalArguments.some((argument) => argument.startsWith("--log.filepath")));
});

Deno.test("by decision logs go to standard output, and who read the files is named", async () => {
  const { values, said } = await seen(COMPOSE, "traefik: { logFiles: stdout }");
  assert.deepEqual(
    values.additionalArguments.filter((argument) => /log/.test(argument)),
    ["--accesslog=true", "--log.level=INFO"],
  );
  assert.equal(values.deployment, undefined);
  assert.deepEqual(said.map(([code]) => code), ["traefik-log-file", "traefik-log-file"]);
  assert.match(said[0]?.[1] ?? "", /access log to "\/logs\/access\.log".*"reader" would read the old file/);
});

Deno.test("a log in the container alone goes to standard output", async () => {
  const { values, said } = await seen(COMPOSE.replace('    volumes: ["./logs:/logs"]\n', ""));
  assert.ok(values.additionalArguments.includes("--accesslog=true"));
  assert.equal(values.additionalVolumeMounts, undefined);
  assert.deepEqual(said.map(([code]) => code), ["traefik-log-file", "traefik-log-file"]);
});

Deno.test("a directory with the static configuration does not lie where Traefik looks for one", async () => {
  const compose = COMPOSE.replaceAll("/logs/", "/etc/traefik/logs/").replace(
    "./logs:/logs",
    "./logs:/etc/traefik",
  );
  const { values } = await seen(compose);
  assert.deepEqual(values.additionalVolumeMounts, [{ name: "logs-0", mountPath: "/compose-ferry/logs/0" }]);
  assert.ok(
    values.additionalArguments.includes("--accesslog.filepath=/compose-ferry/logs/0/logs/access.log"),
  );
});
