/** Facts about images that many stacks use: ports of their EXPOSE lines, the users they know, what they are. */
import type { KnownImage } from "./image_facts.ts";
import { variant } from "./image_variants.ts";

/** A user and a group of one name and number, which is how most images make theirs. */
const named = (
  name: string,
  id: number,
): {
  readonly users: Readonly<Record<string, number>>;
  readonly groups: Readonly<Record<string, number>>;
} => ({
  users: { [name]: id },
  groups: { [name]: id },
});

const DEBIAN = {
  users: { "www-data": 33, nobody: 65534 },
  groups: { "www-data": 33, nogroup: 65534 },
};
const NOBODY = named("nobody", 65534);
const NGINX: KnownImage = {
  exposedPorts: [80],
  user: "",
  users: { nginx: 101, ...DEBIAN.users },
  groups: { nginx: 101, ...DEBIAN.groups },
};
const MYSQL: KnownImage = {
  exposedPorts: [3306],
  user: "",
  ...named("mysql", 999),
  stateful: true,
  volumes: ["/var/lib/mysql"],
  empty: ["/var/lib/mysql"],
};
const POSTGRES: KnownImage = {
  exposedPorts: [5432],
  user: "",
  ...named("postgres", 999),
  stateful: true,
  volumes: ["/var/lib/postgresql/data"],
  empty: ["/var/lib/postgresql/data"],
};
const REDIS: KnownImage = {
  exposedPorts: [6379],
  user: "",
  ...named("redis", 999),
  stateful: true,
  volumes: ["/data"],
  empty: ["/data"],
};
/** What is built on the image `php` and keeps its pages where that has them. */
const PHP: KnownImage = { exposedPorts: [80], user: "", ...DEBIAN, volumes: ["/var/www/html"] };
const RABBITMQ: KnownImage = {
  exposedPorts: [4369, 5671, 5672, 15691, 15692, 25672],
  listens: [5672, 15692],
  clusterPorts: [4369, 25672],
  user: "",
  ...named("rabbitmq", 999),
  stateful: true,
  volumes: ["/var/lib/rabbitmq"],
  empty: ["/var/lib/rabbitmq"],
};
const GRAFANA: KnownImage = { exposedPorts: [3000], user: "472", users: { grafana: 472 } };
const ELASTICSEARCH: KnownImage = { exposedPorts: [9200, 9300], ...named("elasticsearch", 1000) };

/** By repository without registry; official images without `library/`. */
const TABLE: Readonly<Record<string, KnownImage>> = {
  "adminer": { exposedPorts: [8080], user: "adminer" },
  "caddy": { exposedPorts: [80, 443, 2019], listens: [80, 443], user: "" },
  "cassandra": {
    exposedPorts: [7000, 7001, 7199, 9042, 9160],
    listens: [9042],
    clusterPorts: [7000, 7001],
    stateful: true,
    volumes: ["/var/lib/cassandra"],
  },
  "couchdb": {
    exposedPorts: [4369, 5984, 9100],
    listens: [5984],
    clusterPorts: [4369, 9100],
    ...named("couchdb", 5984),
    stateful: true,
    volumes: ["/opt/couchdb/data"],
  },
  "docker.elastic.co/elasticsearch/elasticsearch": ELASTICSEARCH,
  "drone/drone": { exposedPorts: [80, 443] },
  "elasticsearch": { ...ELASTICSEARCH, stateful: true },
  "eclipse-mosquitto": {
    exposedPorts: [1883],
    ...named("mosquitto", 1883),
    stateful: true,
    volumes: ["/mosquitto/data", "/mosquitto/log"],
  },
  "gcr.io/cadvisor/cadvisor": {
    exposedPorts: [8080],
    user: "",
    dockerOnly: "it reads the engine's containers",
  },
  "ghost": { exposedPorts: [2368], ...named("node", 1000), volumes: ["/var/lib/ghost/content"] },
  "gitea/gitea": { exposedPorts: [22, 3000], ...named("git", 1000), volumes: ["/data"] },
  "google/cadvisor": { exposedPorts: [8080], user: "", dockerOnly: "it reads the engine's containers" },
  "grafana/grafana": GRAFANA,
  "grafana/grafana-enterprise": GRAFANA,
  "grafana/loki": { exposedPorts: [3100], user: "10001", ...named("loki", 10001) },
  "grafana/promtail": { exposedPorts: [], user: "", dockerOnly: "it finds logs by the engine's labels" },
  "haproxy": { exposedPorts: [] },
  "httpd": { exposedPorts: [80], user: "", ...DEBIAN },
  "influxdb": {
    exposedPorts: [8086],
    ...named("influxdb", 1000),
    stateful: true,
    volumes: ["/var/lib/influxdb2", "/etc/influxdb2"],
  },
  "mailhog/mailhog": { exposedPorts: [1025, 8025] },
  "mariadb": { ...MYSQL, clusterPorts: [4444, 4567, 4568] },
  "matomo": PHP,
  "memcached": { exposedPorts: [11211], user: "memcache", ...named("memcache", 11211) },
  "minio/minio": { exposedPorts: [9000], user: "", stateful: true, volumes: ["/data"], empty: ["/data"] },
  "mongo": {
    exposedPorts: [27017],
    user: "",
    ...named("mongodb", 999),
    stateful: true,
    volumes: ["/data/db"],
    empty: ["/data/db", "/data/configdb"],
  },
  "mongo-express": { exposedPorts: [8081] },
  "mysql": { ...MYSQL, exposedPorts: [3306, 33060], listens: [3306] },
  "nats": {
    exposedPorts: [4222, 6222, 8222],
    listens: [4222],
    clusterPorts: [6222],
    stateful: true,
  },
  "neo4j": {
    exposedPorts: [7473, 7474, 7687],
    clusterPorts: [5000, 6000, 7000, 7688],
    ...named("neo4j", 7474),
    stateful: true,
    volumes: ["/data", "/logs"],
  },
  "nextcloud": PHP,
  "nginx": NGINX,
  "nginxinc/nginx-unprivileged": { exposedPorts: [8080], user: "101", ...named("nginx", 101) },
  "nodebb/docker": { exposedPorts: [4567] },
  "opensearchproject/opensearch": {
    exposedPorts: [9200, 9300, 9600, 9650],
    listens: [9200, 9300],
    ...named("opensearch", 1000),
  },
  "oryd/hydra": { exposedPorts: [4444, 4445], user: "ory", users: { ory: 500 } },
  "percona": { ...MYSQL, ...named("mysql", 1001), empty: [] },
  "phpmyadmin": { exposedPorts: [80], user: "", ...DEBIAN },
  "portainer/portainer-ce": {
    exposedPorts: [8000, 9000, 9443],
    dockerOnly: "it manages the engine",
    volumes: ["/data"],
  },
  "postgres": POSTGRES,
  "postgis/postgis": POSTGRES,
  "prom/alertmanager": { exposedPorts: [9093], user: "nobody", ...NOBODY, volumes: ["/alertmanager"] },
  "prom/blackbox-exporter": { exposedPorts: [9115] },
  "prom/mysqld-exporter": { exposedPorts: [9104], user: "nobody", ...NOBODY },
  "prom/node-exporter": {
    exposedPorts: [9100],
    user: "nobody",
    ...NOBODY,
    dockerOnly: "in a pod it sees the pod and not the machine",
    seesMachine: true,
  },
  "prom/prometheus": { exposedPorts: [9090], user: "nobody", ...NOBODY, volumes: ["/prometheus"] },
  "prom/pushgateway": { exposedPorts: [9091], user: "nobody", ...NOBODY },
  "rabbitmq": RABBITMQ,
  "redis": REDIS,
  "registry": {
    exposedPorts: [5000],
    user: "",
    volumes: ["/var/lib/registry"],
    empty: ["/var/lib/registry"],
  },
  "requarks/wiki": {
    exposedPorts: [3000, 3443],
    listens: [3000],
    user: "node",
    ...named("node", 1000),
    volumes: ["/wiki/data/content"],
  },
  "solr": {
    exposedPorts: [8983],
    user: "8983",
    ...named("solr", 8983),
    stateful: true,
    volumes: ["/var/solr"],
  },
  "sonatype/nexus3": {
    exposedPorts: [8081],
    user: "200",
    ...named("nexus", 200),
    stateful: true,
    volumes: ["/nexus-data"],
  },
  "tomcat": { exposedPorts: [8080], user: "" },
  "traefik": { exposedPorts: [80], user: "" },
  "traefik/whoami": { exposedPorts: [80] },
  "containrrr/watchtower": { exposedPorts: [8080], dockerOnly: "it restarts the engine's containers" },
  "valkey/valkey": { ...REDIS, ...named("valkey", 999) },
  "varnish": { exposedPorts: [80, 8443], listens: [80] },
  "vaultwarden/server": {
    exposedPorts: [80],
    user: "",
    stateful: true,
    volumes: ["/data"],
    empty: ["/data"],
  },
  "wordpress": PHP,
  "zookeeper": {
    exposedPorts: [2181, 2888, 3888, 8080],
    listens: [2181],
    clusterPorts: [2888, 3888],
    ...named("zookeeper", 1000),
    stateful: true,
    volumes: ["/data", "/datalog", "/logs"],
  },
};

/** An image reference without its tag and digest, Docker Hub's own prefixes removed. */
export function imageRepository(reference: string): string {
  const withoutDigest = reference.split("@")[0] ?? reference;
  const slash = withoutDigest.lastIndexOf("/");
  const colon = withoutDigest.indexOf(":", slash + 1);
  const repository = colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
  return repository.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
}

/** The tag, or none; a digest counts as one, since it pins the image too. */
export function imageTag(reference: string): string | undefined {
  const at = reference.indexOf("@");
  if (at >= 0) return reference.slice(at + 1);
  const colon = reference.indexOf(":", reference.lastIndexOf("/") + 1);
  return colon < 0 ? undefined : reference.slice(colon + 1);
}

/** The table's facts about an image, by its repository and, where they differ by variant, its tag. */
export function knownImage(reference: string): KnownImage | undefined {
  const repository = imageRepository(reference);
  const known = Object.hasOwn(TABLE, repository) ? TABLE[repository] : undefined;
  // A digest beside a tag pins the image, and the tag still says which one it is.
  const tag = imageTag(reference.split("@")[0] ?? reference) ?? "";
  return known === undefined ? undefined : variant(repository, tag, known);
}
