import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type PlannedStack, planStack } from "../../lib/cli/plan_stack.ts";
import type { InputOptions } from "../../lib/cli/options.ts";
import type { Surroundings } from "../../lib/cli/surroundings.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { told, withFiles } from "./in_process.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

/** A machine: Traefik with its files in one folder, what it serves in others, an external network between them. */
const MACHINE = {
  "traefik/compose.yaml": `services:
  edge:
    image: traefik:v3.3
    command: [--configfile=/etc/traefik/traefik.yml]
    ports: ["80:80", "443:443"]
    networks: [proxy]
    volumes: ["./config:/etc/traefik:ro", "/var/run/docker.sock:/var/run/docker.sock:ro"]
  login:
    image: registry.example/login:1
    expose: ["9091"]
    networks: { proxy: { aliases: [sso] } }
    labels:
      traefik.enable: "true"
      traefik.http.routers.login.rule: Host(\`login.example.org\`)
      traefik.http.middlewares.login.forwardauth.address: http://sso:9091/verify
      traefik.http.services.login.loadbalancer.server.port: "9091"
  inner: { image: "redis:7" }
networks: { proxy: { name: proxy } }
`,
  "traefik/config/traefik.yml": `entryPoints:
  http: { address: ":80" }
  https: { address: ":443", http: { tls: { certResolver: le } } }
providers:
  docker: { exposedByDefault: false }
  file: { directory: /etc/traefik/dynamic }
certificatesResolvers: { le: { acme: { email: a@example.org, storage: /acme.json, httpChallenge: { entryPoint: http } } } }
`,
  "traefik/config/dynamic/all.yml": `http:
  middlewares:
    secure: { chain: { middlewares: [headers, limit@file] } }
    headers: { headers: { frameDeny: true } }
    limit: { rateLimit: { average: 7 } }
    unused: { headers: { customResponseHeaders: { X-Unused: "1" } } }
  services:
    login-file: { loadBalancer: { servers: [{ url: "http://login:9091" }] } }
tls:
  options:
    modern: { minVersion: VersionTLS13 }
`,
  "shop/compose.yaml": `services:
  web:
    image: registry.example/web:1
    environment: { LOGIN: "http://sso:9091", CACHE: "redis://cache:6379" }
    networks: [proxy, default]
    labels:
      traefik.enable: "true"
      traefik.http.routers.web.rule: Host(\`shop.example.org\`)
      traefik.http.routers.web.entrypoints: https
      traefik.http.routers.web.middlewares: secure@file,login@docker
      traefik.http.routers.web.tls.options: modern@file
      traefik.http.routers.web.tls.certresolver: le
      traefik.http.routers.signin.rule: Host(\`shop.example.org\`) && Path(\`/signin\`)
      traefik.http.routers.signin.service: login-file@file
      traefik.http.services.web.loadbalancer.server.port: "3000"
  cache: { image: "redis:7" }
networks: { proxy: { external: true } }
`,
};

function read(machine: string, options: InputOptions): Promise<PlannedStack> {
  const surroundings = {
    environment: { DOCKER_HOST: "unix:///none" },
    directory: machine,
    home: HOME,
    now: () => new Date(0),
  };
  return planStack(options, surroundings as Partial<Surroundings> as Surroundings);
}

function objectsOf({ plan }: PlannedStack): readonly KubeObject[] {
  return plan?.migrations.flatMap(plannedObjects).map(({ object }) => object) ?? [];
}

function find(gathered: PlannedStack, kind: string, name: string): Record<string, unknown> | undefined {
  const found = objectsOf(gathered).find((object) => object.kind === kind && object.metadata.name === name);
  return found?.["spec"] as Record<string, unknown> | undefined;
}

function codes({ diagnostics }: PlannedStack): readonly string[] {
  return diagnostics.filter(({ severity }) => severity !== "info").map(({ code }) => code);
}

Deno.test("without the other project one question says so, and what needs its login stays closed", async () => {
  await withFiles(MACHINE, async (machine) => {
    const gathered = await read(machine, { stack: `${machine}/shop` });
    assert.deepEqual(codes(gathered).filter((code) => code.startsWith("traefik-")), ["traefik-elsewhere"]);
    const [question] = gathered.diagnostics.filter(({ code }) => code === "traefik-elsewhere");
    assert.match(question?.hint ?? "", /--traefik DIR.*traefik: \{ from: \.\.\/traefik \}/);
    assert.equal(find(gathered, "IngressRoute", "web"), undefined);
  });
});

for (
  const { by, files, options } of [
    { by: "the flag", files: {}, options: { traefik: "traefik" } },
    { by: "a decision", files: { "shop/decisions.yaml": "traefik: { from: ../traefik }\n" }, options: {} },
    { by: "being moved along", files: {}, options: { neighbours: ["traefik"] } },
  ]
) {
  Deno.test(`another project's Traefik, by ${by}: its entry points, middlewares and options are the routes'`, async () => {
    await withFiles({ ...MACHINE, ...files }, async (machine) => {
      const gathered = await read(machine, { stack: `${machine}/shop`, ...options });
      assert.deepEqual(codes(gathered).filter((code) => /^(traefik|cli|kube-host)-/.test(code)), []);
      assert.deepEqual(find(gathered, "IngressRoute", "web"), {
        entryPoints: ["websecure"],
        routes: [{
          kind: "Rule",
          match: "Host(`shop.example.org`)",
          services: [{ name: "web", port: 3000, scheme: "http", passHostHeader: true }],
          middlewares: [{ name: "secure" }, { name: "login" }],
        }],
        tls: { certResolver: "le", options: { name: "modern" } },
      });
      assert.deepEqual(find(gathered, "Middleware", "secure"), {
        chain: { middlewares: [{ name: "headers" }, { name: "limit" }] },
      });
      assert.deepEqual(
        (find(gathered, "Middleware", "login")?.["forwardAuth"] as { address: string }).address,
        "http://login.traefik.svc.cluster.local:9091/verify",
      );
      assert.equal(find(gathered, "Middleware", "unused"), undefined);
      assert.equal(find(gathered, "TLSOption", "modern")?.["minVersion"], "VersionTLS13");
      const signin = find(gathered, "IngressRoute", "signin")?.["routes"] as {
        services: { name: string }[];
      }[];
      const backend = find(gathered, "Service", signin[0]?.services[0]?.name ?? "");
      assert.equal(backend?.["externalName"], "login.traefik.svc.cluster.local");
    });
  });
}

Deno.test("Traefik's settings, certificates and front have one owner: the project that has it", async () => {
  await withFiles(MACHINE, async (machine) => {
    const shop = await read(machine, { stack: `${machine}/shop`, traefik: "traefik" });
    const owner = await read(machine, { stack: `${machine}/traefik` });
    const shared = (gathered: PlannedStack): readonly string[] =>
      objectsOf(gathered).filter(({ metadata: { namespace } }) => namespace === "kube-system")
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();
    assert.deepEqual(shared(shop), []);
    assert.deepEqual(shared(owner), [
      "HelmChartConfig/traefik",
      "PersistentVolumeClaim/traefik-acme",
      "Service/traefik-front",
    ]);
  });
});

Deno.test("names on a shared network lead into the other namespace; others do not", async () => {
  await withFiles(MACHINE, async (machine) => {
    const gathered = await read(machine, { stack: `${machine}/shop`, traefik: "traefik" });
    const names = objectsOf(gathered).filter((object) =>
      object.kind === "Service" && object.metadata.labels?.["compose-ferry/neighbour"] === "traefik"
    );
    assert.deepEqual(names.map((object) => [object.metadata.name, object["spec"]]), [
      ["login", { type: "ExternalName", externalName: "login.traefik.svc.cluster.local" }],
      ["sso", { type: "ExternalName", externalName: "sso.traefik.svc.cluster.local" }],
    ]);
  });
});

Deno.test("Traefik's own project reaches what its files name in projects that are moved along", async () => {
  const files = {
    ...MACHINE,
    "traefik/config/dynamic/more.yml": `http:
  routers: { old: { rule: "Host(\`old.example.org\`)", service: old } }
  services: { old: { loadBalancer: { servers: [{ url: "http://web:3000" }] } } }
`,
  };
  await withFiles(files, async (machine) => {
    const gathered = await read(machine, { stack: `${machine}/traefik`, neighbours: ["shop"] });
    const route = find(gathered, "IngressRoute", "old")?.["routes"] as { services: { name: string }[] }[];
    const backend = find(gathered, "Service", route[0]?.services[0]?.name ?? "");
    assert.equal(backend?.["externalName"], "web.shop.svc.cluster.local");
  });
});

Deno.test("a name with dots that another project's Traefik has leads to the cluster's", async () => {
  const compose = MACHINE["traefik/compose.yaml"]
    .replace(
      "    networks: [proxy]\n    volumes",
      "    networks: { proxy: { aliases: [login.example.org] } }\n    volumes",
    );
  await withFiles({ ...MACHINE, "traefik/compose.yaml": compose }, async (machine) => {
    const gathered = await read(machine, { stack: `${machine}/shop`, traefik: "traefik" });
    const lines = Object.values(
      objectsOf(gathered).find(({ metadata }) => metadata.name === "cluster-names")?.["data"] ?? {},
    );
    assert.match(
      String(lines[0]),
      /login\.example\.org\.shop\.svc\.cluster\.local traefik\.kube-system\.svc\.cluster\.local answer auto/,
    );
  });
});

/** Two more projects on the same network, each with a `login` of its own. */
const NAMESAKES = {
  ...MACHINE,
  "blog/compose.yaml": `services:
  login:
    image: registry.example/login:2
    expose: ["9091"]
    networks: [proxy]
    labels:
      traefik.enable: "true"
      traefik.http.middlewares.blog-login.forwardauth.address: http://login:9091/blog
      traefik.http.services.blog.loadbalancer.server.port: "9091"
networks: { proxy: { external: true } }
`,
  "wiki/compose.yaml": `services:
  web:
    image: registry.example/wiki:1
    environment: { LOGIN: "http://login:9091" }
    networks: [proxy]
    labels:
      traefik.enable: "true"
      traefik.http.routers.wiki.rule: Host(\`wiki.example.org\`)
      traefik.http.routers.wiki.entrypoints: https
      traefik.http.routers.wiki.middlewares: blog-login@docker
      traefik.http.services.wiki.loadbalancer.server.port: "3000"
networks: { proxy: { external: true } }
`,
};

Deno.test("of services of one name in two projects, what one defines leads to its own", async () => {
  await withFiles(NAMESAKES, async (machine) => {
    const gathered = await read(machine, { stack: `${machine}/wiki`, neighbours: ["traefik", "blog"] });
    assert.deepEqual(
      (find(gathered, "Middleware", "blog-login")?.["forwardAuth"] as { address: string }).address,
      "http://login.blog.svc.cluster.local:9091/blog",
    );
  });
});

Deno.test("a name that services of two projects have is said where it is called, and leads to one", async () => {
  await withFiles(NAMESAKES, async (machine) => {
    const gathered = await read(machine, { stack: `${machine}/wiki`, neighbours: ["traefik", "blog"] });
    const [finding, ...more] = gathered.diagnostics.filter(({ code }) => code === "kube-host-ambiguous");
    assert.deepEqual(more, []);
    assert.match(finding?.message ?? "", /"login" is a service of "traefik" and "blog".*that of "traefik"$/);
    assert.equal(finding?.span?.line, 4);
    assert.equal(find(gathered, "Service", "login")?.["externalName"], "login.traefik.svc.cluster.local");
    const alone = await read(machine, { stack: `${machine}/wiki`, neighbours: ["traefik"] });
    assert.ok(!codes(alone).includes("kube-host-ambiguous"));
  });
});

Deno.test("a secret and a config that another project makes are copied; what nobody makes is asked for", async () => {
  const files = {
    "a/compose.yaml": `services: { make: { image: "registry.example/a:1" } }
secrets: { token: { file: ./token, name: shared_token } }
configs: { words: { content: "hello" } }
`,
    "a/token": "s3cr3t-of-both",
    "b/compose.yaml": `services:
  use:
    image: registry.example/b:1
    secrets: [shared_token, lost]
    configs: [a_words]
secrets: { shared_token: { external: true }, lost: { external: true } }
configs: { a_words: { external: true } }
`,
  };
  await withFiles(files, async (machine) => {
    const gathered = await read(machine, { stack: `${machine}/b`, neighbours: ["a"] });
    const asked = gathered.diagnostics.filter(({ code }) => code === "kube-external-file-object");
    assert.deepEqual(asked.map(({ message }) => /"(.+?)"/.exec(message)?.[1]), ["lost"]);
    const copied = gathered.diagnostics.filter(({ code }) => code === "kube-external-copied");
    assert.deepEqual(copied.map(({ span }) => span?.line), [7, 6]);
    const of = (kind: string, key: string): unknown =>
      objectsOf(gathered).find((object) =>
        object.kind === kind && Object.keys(object["data"] ?? {}).includes(key)
      )?.["data"];
    assert.deepEqual(of("ConfigMap", "a_words"), { a_words: "hello" });
    assert.deepEqual(of("Secret", "shared_token"), { shared_token: btoa("s3cr3t-of-both") });
  });
});

Deno.test("a folder without Traefik, and one without a project, are errors at the decision", async () => {
  const files = { ...MACHINE, "shop/decisions.yaml": "traefik: { from: ../other }\n", "other/notes": "" };
  await withFiles(files, async (machine) => {
    const missing = await told(machine, ["check", "--stack", "shop"]);
    assert.equal(missing.code, 3);
    assert.match(missing.out, /cli-project-unreadable/);
    assert.doesNotMatch(missing.out, /traefik-elsewhere/, "it was named");
    assert.match(missing.out, /decisions\.yaml:1:18/);
    const wrong = await told(machine, ["check", "--stack", "traefik", "--traefik", "shop"]);
    assert.equal(wrong.code, 3);
    assert.match(wrong.out, /"\.\.\/shop" was named as the one with Traefik/);
  });
});

Deno.test("a route that the constraints leave to another Traefik is said, with its place", async () => {
  const constraint = "Label(`zone`,`public`)";
  const files = {
    "compose.yaml": `services:
  outer:
    image: traefik:v3.3
    command: ["--entrypoints.web.address=:80", "--providers.docker.constraints=${constraint}"]
    ports: ["80:80"]
  public:
    image: registry.example/a:1
    labels: { zone: public, traefik.enable: "true", traefik.http.services.a.loadbalancer.server.port: "80" }
  private:
    image: registry.example/b:1
    labels:
      traefik.enable: "true"
      traefik.http.routers.b.rule: Host(\`b.example.org\`)
  plain: { image: "registry.example/c:1" }
`,
  };
  await withFiles(files, async (directory) => {
    const { diagnostics } = await read(directory, { stack: directory });
    const found = diagnostics.filter(({ code }) => code === "traefik-constraint-excluded");
    assert.deepEqual(found.map(({ span }) => span?.line), [13]);
    assert.match(found[0]?.message ?? "", /"private" are for another Traefik.*Label\(`zone`,`public`\)/);
  });
});
