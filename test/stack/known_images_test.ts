/** What the table says of variants: tags that change users, groups, ports and the paths of VOLUME. */
import { deepEqual, equal, match } from "node:assert/strict";
import { knownImage } from "../../lib/stack/known_images.ts";
import { containerOf, findingsOf, objectNamed, planText, podSpecOf } from "../cli/planned_text.ts";
import { fields, list } from "../../lib/values/json.ts";

const mountsOf = (container: Record<string, unknown>): readonly unknown[] =>
  list(container["volumeMounts"]).map(({ mountPath }) => mountPath);

Deno.test("users and groups are those of the variant", () => {
  const cases: readonly (readonly [string, string, number | undefined, number | undefined])[] = [
    ["nextcloud:29-fpm-alpine", "www-data", 82, 82],
    ["nextcloud:29", "www-data", 33, 33],
    ["wordpress:6-fpm-alpine", "www-data", 82, 82],
    ["wordpress:cli-2.11", "www-data", 82, 82],
    ["httpd:2.4-alpine", "www-data", 82, 82],
    ["postgis/postgis:17-3.5-alpine", "postgres", 70, 70],
    ["postgres:16-alpine@sha256:abc", "postgres", 70, 70],
    ["postgres:16", "postgres", 999, 999],
    ["redis:7-alpine", "redis", 999, 1000],
    ["redis:7", "redis", 999, 999],
    ["valkey/valkey:8-alpine", "valkey", 999, 1000],
    ["rabbitmq:4-management-alpine", "rabbitmq", 100, 101],
    ["rabbitmq:4", "rabbitmq", 999, 999],
    ["nginx:alpine", "nginx", 101, 101],
    ["nginx:alpine", "www-data", undefined, 82],
    ["percona:8.0", "mysql", 1001, 1001],
    ["grafana/grafana:11.0.0", "grafana", 472, undefined],
  ];
  for (const [image, name, uid, gid] of cases) {
    const known = knownImage(image);
    deepEqual([known?.users?.[name], known?.groups?.[name]], [uid, gid], `${image} ${name}`);
  }
});

Deno.test("a group is looked up among groups: one that is not known is asked for", async () => {
  const stack = await planText(`services:
  cache: { image: "redis:7-alpine", restart: always, user: "redis:redis" }
  board: { image: "grafana/grafana:11.0.0", restart: always, user: "grafana:grafana" }
`);
  const { runAsUser, runAsGroup } = fields(containerOf(stack, "cache")["securityContext"]);
  deepEqual([runAsUser, runAsGroup], [999, 1000]);
  equal(findingsOf(stack, "kube-user-unknown").length, 1);
  equal(fields(containerOf(stack, "board")["securityContext"])["runAsGroup"], undefined);
});

Deno.test("ports are those of the variant", () => {
  const ports = (image: string): readonly number[] | undefined => knownImage(image)?.exposedPorts;
  deepEqual(ports("phpmyadmin:5-fpm-alpine"), [9000]);
  deepEqual(ports("phpmyadmin:5"), [80]);
  deepEqual(ports("adminer:4-fastcgi"), [9000]);
  deepEqual(ports("gitea/gitea:1.22-rootless"), [2222, 3000]);
  deepEqual(ports("gitea/gitea:1.22"), [22, 3000]);
  deepEqual(ports("wordpress:cli"), []);
});

Deno.test("from version 18 on Postgres has its volume one directory higher, and nothing is mounted below", async () => {
  const stack = await planText(`services:
  named: { image: "postgres:18-alpine", restart: always, volumes: ["data:/var/lib/postgresql"] }
  anonymous: { image: "postgis/postgis:18-3.6", restart: always }
  older: { image: "postgres:17", restart: always }
  rolling: { image: "postgres:alpine", restart: always, volumes: ["rolling:/var/lib/postgresql"] }
  unnamed: { image: postgres, restart: always }
  kept: { image: "postgres:latest", restart: always, volumes: ["kept:/var/lib/postgresql/data"] }
volumes: { data: {}, rolling: {}, kept: {} }
`);
  const mounts = Object.fromEntries(
    ["named", "anonymous", "older", "rolling", "unnamed", "kept"].map((name) =>
      [name, mountsOf(containerOf(stack, name))] as const
    ),
  );
  deepEqual(mounts, {
    named: ["/var/lib/postgresql"],
    anonymous: ["/var/lib/postgresql"],
    older: ["/var/lib/postgresql/data"],
    rolling: ["/var/lib/postgresql"],
    unnamed: ["/var/lib/postgresql"],
    kept: ["/var/lib/postgresql/data"],
  });
});

Deno.test("what an image declares as VOLUME is kept, and a remark says where", async () => {
  const volumes: Readonly<Record<string, readonly string[]>> = {
    "wordpress:6.6-apache": ["/var/www/html"],
    "nextcloud:29": ["/var/www/html"],
    "registry:2.8.3": ["/var/lib/registry"],
    "vaultwarden/server:1.32.0": ["/data"],
    "eclipse-mosquitto:2.0.18": ["/mosquitto/data", "/mosquitto/log"],
    "prom/prometheus:v2.54.1": ["/prometheus"],
    "ghost:5": ["/var/lib/ghost/content"],
    "influxdb:2.7": ["/var/lib/influxdb2", "/etc/influxdb2"],
    "influxdb:1.8": ["/var/lib/influxdb"],
    "gitea/gitea:1.22": ["/data"],
    "gitea/gitea:1.22-rootless": ["/var/lib/gitea", "/etc/gitea"],
  };
  const services = Object.keys(volumes).map((image, index) =>
    `  s${index}: { image: "${image}", restart: always }`
  );
  const stack = await planText(`services:\n${services.join("\n")}\n`);
  Object.entries(volumes).forEach(([image, paths], index) =>
    deepEqual(mountsOf(containerOf(stack, `s${index}`)).toSorted(), paths.toSorted(), image)
  );
  equal(findingsOf(stack, "kube-anonymous-volume").length, Object.values(volumes).flat().length);
});

const portsOf = (object: Record<string, unknown> | undefined): readonly unknown[] =>
  list(fields(object?.["spec"])["ports"]).map(({ port }) => port);

Deno.test("nodes of one cluster reach each other on the ports that they talk on", async () => {
  const stack = await planText(`services:
  es01:
    image: docker.elastic.co/elasticsearch/elasticsearch:8.15.0
    restart: always
    environment: ["discovery.seed_hosts=es02"]
    ports: ["9200:9200"]
  es02: { image: "docker.elastic.co/elasticsearch/elasticsearch:8.15.0", restart: always }
  zoo1: { image: "zookeeper:3.9", restart: always, environment: { ZOO_SERVERS: "server.2=zoo2:2888:3888;2181" } }
  zoo2: { image: "zookeeper:3.9", restart: always }
  alone: { image: "zookeeper:3.9", restart: always }
`);
  const at = (name: string): readonly unknown[] => portsOf(objectNamed(stack, "Service", name));
  deepEqual(at("es01"), [9200, 9300]);
  deepEqual(at("es02"), [9200, 9300]);
  deepEqual(at("zoo2"), [2181, 2888, 3888]);
  deepEqual(at("alone"), [2181]);
});

Deno.test("options of command and entrypoint name ports, where others are known", async () => {
  const stack = await planText(`services:
  redis: { image: "redis:7", restart: always, command: redis-server --port 6380 }
  db: { image: "postgres:16", restart: always, command: -p 5433 }
  java: { image: "acme/java:1", restart: always, expose: ["1"], entrypoint: [java, -Dserver.port=8081, -jar, app.jar] }
  web: { image: "acme/web:1", restart: always, expose: ["1"], command: [serve, --host, "0.0.0.0", --http_port, "3000"] }
  client: { image: "acme/client:1", restart: always, expose: ["1"], command: psql -h db -p 5433 }
  import: { image: "acme/import:1", restart: always, expose: ["1"], command: run --import 3000 --support=4000 }
  mail: { image: "acme/mail:1", restart: always, expose: ["1"], command: run --smtp-port 587 -http.port=9000 -help }
  dump: { image: "acme/dump:1", restart: always, expose: ["1"], command: [dump, "--hostname=db", "--port=5432"] }
  glued: { image: "acme/glued:1", restart: always, expose: ["1"], command: [mysqldump, -hredis, -P, "3307"] }
  turn: { image: "acme/turn:1", restart: always, expose: ["1"], command: [turn, --listening-port, "3479", -p=8025, --min-port=49152] }
  script: { image: "acme/script:1", restart: always, expose: ["1"], command: [sh, -c, "dump -P 3307"] }
  unknown: { image: "acme/unknown:1", restart: always, command: serve --port 3000 }
`);
  const at = (name: string): readonly unknown[] => portsOf(objectNamed(stack, "Service", name));
  deepEqual(at("redis"), [6379, 6380]);
  deepEqual(at("db"), [5432, 5433]);
  deepEqual(at("java"), [1, 8081]);
  deepEqual(at("web"), [1, 3000]);
  deepEqual(at("client"), [1]);
  deepEqual(at("import"), [1]);
  deepEqual(at("mail"), [1, 9000]);
  deepEqual(at("script"), [1]);
  deepEqual(at("dump"), [1]);
  deepEqual(at("glued"), [1]);
  deepEqual(at("turn"), [1, 3479, 8025]);
  // Its name leads to every port, which one port in its Service would end.
  const { clusterIP } = fields(objectNamed(stack, "Service", "unknown")?.["spec"]);
  deepEqual([clusterIP, at("unknown")], ["None", []]);
  equal(list(podSpecOf(stack, "unknown")["containers"]).length, 1);
});

Deno.test("what only an option names is opened, and nothing waits for it alone or chooses it", async () => {
  const stack = await planText(
    `services:
  app:
    image: acme/app:1
    restart: always
    depends_on: { web: { condition: service_healthy }, cache: { condition: service_healthy }, dns: { condition: service_healthy } }
  web: { image: "acme/web:1", restart: always, expose: ["8080"], environment: { METRICS: ":9090" }, command: [run, -p, "25"] }
  dns: { image: "acme/dns:1", restart: always, expose: ["53/udp"], command: [serve, --port, "8080"] }
  cache: { image: "redis:7", restart: always, command: redis-server --port 6380 }
`,
  );
  deepEqual(portsOf(objectNamed(stack, "Service", "web")), [25, 8080, 9090]);
  const waits = list(podSpecOf(stack, "app")["initContainers"]).map(({ command }) => String(command));
  match(
    waits[0] ?? "",
    /until nc -z -w 2 web 8080 [^|]*\|\| nc -w 2 web 8080 -e true[^|]*; do echo "waiting for web:8080"/,
  );
  match(waits[1] ?? "", /nc -z -w 2 cache 6379 .* nc -z -w 2 cache 6380 /);
  equal(waits.length, 2);
  match(findingsOf(stack, "kube-wait-without-port")[0] ?? "", /"dns" has no port that is known to answer/);
});
