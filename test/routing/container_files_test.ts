/** Traefik's files, wherever compose puts them: configs, secrets, named volumes, single files in a folder. */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { decodeBase64Text } from "../../lib/values/base64.ts";
import { NOTHING_SEEN } from "../../lib/stack/seen.ts";
import { planStack } from "../../lib/cli/plan_stack.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";
import { withFiles } from "../cli/in_process.ts";

const DYNAMIC = `http:
  routers: { page: { rule: "Host(\`page.example\`)", service: page, middlewares: [named] } }
  middlewares: { named: { headers: { customRequestHeaders: { X-From: file } } } }
  services: { page: { loadBalancer: { servers: [{ url: "http://page" }] } } }
`;
const STATIC = `entryPoints: { web: { address: ":80" } }
providers: { file: { filename: /etc/traefik/dynamic.yml } }
`;

function composeWith(objects: string, mounts: string): string {
  return `
services:
  proxy:
    image: traefik:v3.6
    restart: always
    ports: ["80:80"]
    labels: { traefik.enable: "false" }
${mounts}
  page:
    image: registry.example/page:1.0
    restart: always
    expose: ["80"]
    labels: { traefik.enable: "false" }
${objects}`;
}

function indented(text: string): string {
  return text.split("\n").map((line) => `      ${line}`).join("\n");
}

interface Read {
  readonly kinds: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

async function read(files: Readonly<Record<string, string>>): Promise<Read> {
  let seen: Read = { kinds: [], diagnostics: [] };
  await withFiles(files, async (directory) => {
    const { conversion, diagnostics } = await planTestStack({ directory });
    const kinds = objectsOf(conversion).map(({ object }) => object.kind)
      .filter((kind) => ["IngressRoute", "Middleware"].includes(kind)).toSorted();
    seen = { kinds, diagnostics };
  });
  return seen;
}

const GIVEN = `    configs:
      - { source: static, target: /etc/traefik/traefik.yml }
      - { source: dynamic, target: /etc/traefik/dynamic.yml }`;

Deno.test("Traefik's files are read from configs: of a file, written out, and of a variable", async () => {
  const ofFiles = composeWith("configs: { static: { file: ./s.yml }, dynamic: { file: ./d.yml } }", GIVEN);
  const written = composeWith(
    `configs:
  static:
    content: |
${indented(STATIC)}
  dynamic:
    content: |
${indented(DYNAMIC.replace("X-From: file", "X-From: ${FROM}"))}
`,
    GIVEN,
  );
  const ofVariable = composeWith(
    "configs: { static: { file: ./s.yml }, dynamic: { environment: DYNAMIC } }",
    GIVEN,
  );
  const onDisk = { "s.yml": STATIC, "d.yml": DYNAMIC };
  for (
    const files of [
      { "compose.yaml": ofFiles, ...onDisk },
      { "compose.yaml": written, ".env": "FROM=dotenv\n" },
      { "compose.yaml": ofVariable, ...onDisk, ".env": `DYNAMIC='${DYNAMIC}'\n` },
    ]
  ) {
    const { kinds, diagnostics } = await read(files);
    deepEqual(kinds, ["IngressRoute", "Middleware"]);
    deepEqual(diagnostics.filter(({ severity }) => severity !== "info").map(({ message }) => message), []);
  }
});

Deno.test("Traefik's files are read from secrets, and its static file wherever --configfile says", async () => {
  const mounts = `    command: ["--configFile=/run/secrets/static.yml"]
    secrets:
      - { source: static, target: static.yml }
      - { source: dynamic, target: /etc/traefik/dynamic.yml }`;
  const compose = composeWith("secrets: { static: { file: ./s.yml }, dynamic: { file: ./d.yml } }", mounts);
  const { kinds } = await read({ "compose.yaml": compose, "s.yml": STATIC, "d.yml": DYNAMIC });
  deepEqual(kinds, ["IngressRoute", "Middleware"]);
});

Deno.test("the mount with the longest path covers what others have there, and files lie in a folder one by one", async () => {
  const mounts = `    command: ["--entrypoints.web.address=:80", "--providers.file.directory=/dyn"]
    volumes: ["./folder:/dyn:ro", "./over.yml:/dyn/sub/a.yml:ro", "./one.toml:/dyn/b.toml:ro"]`;
  const router = (name: string): string =>
    `http: { routers: { ${name}: { rule: "Host(\`${name}.example\`)", service: noop@internal } } }\n`;
  const files = {
    "compose.yaml": composeWith("", mounts),
    "folder/sub/a.yml": router("covered"),
    "folder/c.yml": router("inside"),
    "over.yml": router("over"),
    "one.toml": '[http.routers.single]\nrule = "Host(`single.example`)"\nservice = "noop@internal"\n',
  };
  await withFiles(files, async (directory) => {
    const { routing, diagnostics } = await planTestStack({ directory });
    deepEqual([...routing.http.routers.keys()].filter((name) => name.endsWith("@file")).toSorted(), [
      "inside@file",
      "over@file",
      "single@file",
    ]);
    deepEqual(diagnostics.filter(({ code }) => code === "traefik-file-missing"), []);
  });
});

Deno.test("a place in a config's content is a place of the compose file", async () => {
  const compose = composeWith(
    `configs:
  static:
    content: |
${indented(STATIC)}
  dynamic:
    content: |
      http:
        routers:
          wrong: { rule: "Host(\`a.example\`)", servise: page }
`,
    GIVEN,
  );
  const { diagnostics } = await read({ "compose.yaml": compose });
  const refused = diagnostics.find(({ code }) => code === "traefik-file-refused");
  const line = compose.split("\n").findIndex((text) => text.includes("servise")) + 1;
  equal(refused?.span?.file, "compose.yaml");
  equal(refused?.span?.line, line);
  equal(refused?.span?.column, (compose.split("\n")[line - 1] ?? "").indexOf("servise") + 1);
});

const ON_VOLUME = composeWith(
  `  other:
    image: registry.example/other:1.0
    restart: always
    expose: ["80"]
    labels:
      traefik.http.routers.own.rule: Host(\`own.example\`)
      traefik.http.routers.own.entrypoints: https
      traefik.http.routers.own.middlewares: known@file
volumes: { conf: {} }`,
  `    volumes: ["conf:/etc/traefik"]`,
);

Deno.test("a static file on a volume that cannot be read is said at the volume, and no name is called unknown", async () => {
  const { diagnostics } = await read({ "compose.yaml": ON_VOLUME });
  const [said, ...others] = diagnostics.filter(({ severity }) =>
    severity === "error" || severity === "warning"
  );
  deepEqual(others, []);
  equal(said?.code, "traefik-static-missing");
  equal(said?.severity, "error");
  equal(said?.span?.line, ON_VOLUME.split("\n").findIndex((line) => line.includes("conf:/etc/traefik")) + 1);
  match(said?.message ?? "", /the named volume "conf" is not at hand/);
  match(said?.hint ?? "", /docker compose cp proxy:\/etc\/traefik \.\/traefik/);
});

Deno.test("flags beside a volume where a static file may be are taken, with a remark", async () => {
  const flagged = ON_VOLUME.replace(
    "    ports:",
    '    command: ["--entrypoints.https.address=:443"]\n    ports:',
  )
    .replace("      traefik.http.routers.own.middlewares: known@file\n", "");
  const { diagnostics } = await read({ "compose.yaml": flagged });
  const said = diagnostics.filter(({ code }) => code === "traefik-static-missing");
  deepEqual(said.map(({ severity }) => severity), ["info"]);
  deepEqual(diagnostics.filter(({ code }) => code === "traefik-entry-point-unknown"), []);
});

Deno.test("a volume whose options bind it is read, and so is one whose directory an engine tells", async () => {
  const files = {
    "compose.yaml": composeWith(
      "volumes: { conf: { driver_opts: { type: none, o: bind, device: ./conf } } }",
      `    volumes: ["conf:/etc/traefik:ro"]`,
    ),
    "conf/traefik.yml": STATIC,
    "conf/dynamic.yml": DYNAMIC,
  };
  await withFiles(files, async (directory) => {
    const device = `${directory}/conf`;
    await Deno.writeTextFile(
      `${directory}/compose.yaml`,
      files["compose.yaml"].replace("device: ./conf", `device: ${device}`),
    );
    const bound = await planTestStack({ directory });
    deepEqual([...bound.routing.http.routers.keys()], ["page@file"]);
    await Deno.writeTextFile(
      `${directory}/compose.yaml`,
      composeWith("volumes: { conf: {} }", `    volumes: ["conf:/etc/traefik:ro"]`),
    );
    const told = await planWith(directory, { conf: device });
    deepEqual([...told.routing?.http.routers.keys() ?? []], ["page@file"]);
  });
});

async function planWith(
  directory: string,
  mountpoints: Readonly<Record<string, string>>,
): ReturnType<typeof planStack> {
  return await planStack(
    { stack: directory },
    { environment: {}, directory, home: directory, now: () => new Date("2026-01-01T00:00:00Z") },
    {
      decisions: { file: `${directory}/decisions.yaml`, text: "" },
      engine: { seen: NOTHING_SEEN, images: () => undefined, mountpoints },
    },
  );
}

const WITH_ACME = composeWith(
  "volumes: { kept: {} }",
  `    command:
      - --entrypoints.websecure.address=:443
      - --certificatesresolvers.one.acme.tlschallenge=true
      - --certificatesresolvers.one.acme.storage=/kept/one.json
      - --certificatesresolvers.two.acme.tlschallenge=true
      - --certificatesresolvers.two.acme.storage=/kept/acme.json
    volumes: ["kept:/kept"]`,
);

function secretOf(objects: readonly KubeObject[]): Readonly<Record<string, string>> {
  const secret = objects.find(({ kind, metadata }) => kind === "Secret" && metadata.name === "traefik-acme");
  const data = (secret?.["data"] ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([name, text]) => [name, decodeBase64Text(text)]));
}

Deno.test("certificates on a volume that an engine tells are carried, each storage to its own file", async () => {
  const files = { "compose.yaml": WITH_ACME, "kept/one.json": '{"one":1}', "kept/acme.json": '{"two":2}' };
  await withFiles(files, async (directory) => {
    const { conversion, diagnostics } = await planWith(directory, { kept: `${directory}/kept` });
    const objects = conversion === undefined ? [] : objectsOf(conversion).map(({ object }) => object);
    deepEqual(secretOf(objects), { "one.json": '{"one":1}', "acme.json": '{"two":2}' });
    const chart = JSON.stringify(objects.find(({ kind }) => kind === "HelmChartConfig"));
    match(chart, /\[ -s \/data\/one\.json \] \|\| cp \/carried\/one\.json \/data\/one\.json/);
    match(chart, /\[ -s \/data\/acme\.json \] \|\| cp \/carried\/acme\.json \/data\/acme\.json/);
    deepEqual(diagnostics.filter(({ code }) => code === "traefik-acme-not-carried"), []);
  });
});

Deno.test("certificates on a volume that cannot be read are said at the volume, with the command that carries them", async () => {
  const { diagnostics } = await read({ "compose.yaml": WITH_ACME });
  const said = diagnostics.filter(({ code }) => code === "traefik-acme-not-carried");
  deepEqual(said.map(({ severity }) => severity), ["warning", "warning"]);
  equal(said[0]?.span?.line, WITH_ACME.split("\n").findIndex((line) => line.includes("kept:/kept")) + 1);
  match(
    said[0]?.message ?? "",
    /resolver "one" are not carried over, as the named volume "kept" is not at hand/,
  );
  match(said[0]?.hint ?? "", /docker compose cp proxy:\/kept\/one\.json \/var\/lib\/traefik\/one\.json/);
});

Deno.test("an empty storage, and a folder without one, have no certificates that could be lost", async () => {
  const bound = WITH_ACME.replace('"kept:/kept"', '"./kept:/kept"');
  const { diagnostics } = await read({ "compose.yaml": bound, "kept/one.json": "" });
  deepEqual(diagnostics.filter(({ code }) => code === "traefik-acme-not-carried"), []);
});
