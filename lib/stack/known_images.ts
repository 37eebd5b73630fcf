/** Facts about images that many stacks use: ports of their EXPOSE lines, the users they know, what they are. */
import type { Healthcheck } from "../../compose/project.ts";

/** What must be known of an image and is written in no compose file. */
export interface ImageFacts {
  /** Container ports of `EXPOSE`, whatever the protocol. */
  readonly exposedPorts: readonly number[];
  /** The same with their protocols, as Docker writes them: `514/udp`. */
  readonly exposed?: readonly string[];
  /** `USER` of the image; absent where it is not known, "" where it is root. */
  readonly user?: string;
  /** Names of its /etc/passwd. */
  readonly users?: Readonly<Record<string, number>>;
  /** It was neither pulled nor pushed: no registry is known that has it. */
  readonly isLocal?: boolean;
  /** Paths of `VOLUME`. */
  readonly volumes?: readonly string[];
  /** Paths at which it has nothing to fill an empty volume with. */
  readonly empty?: readonly string[];
  /** Its HEALTHCHECK, as compose would write it. */
  readonly healthcheck?: Healthcheck;
}

/** Facts of the table: also what the program in the image is. */
export interface KnownImage extends ImageFacts {
  /** Ports that it listens on without further configuration, where EXPOSE lists more. */
  readonly listens?: readonly number[];
  /** Empty directories of its own, which its program takes for itself where it starts as root. */
  readonly empty?: readonly string[];
  /** A database or broker: one instance, with an identity and its own directory. */
  readonly stateful?: boolean;
  /** Useful beside a Docker Engine only. */
  readonly dockerOnly?: string;
  /** But for where it has the machine's own files or processes. */
  readonly seesMachine?: boolean;
}

const DEBIAN = { "www-data": 33, nobody: 65534 };
const NGINX: KnownImage = { exposedPorts: [80], user: "", users: { nginx: 101, ...DEBIAN } };
const MYSQL: KnownImage = {
  exposedPorts: [3306],
  user: "",
  users: { mysql: 999 },
  stateful: true,
  volumes: ["/var/lib/mysql"],
  empty: ["/var/lib/mysql"],
};
const POSTGRES: KnownImage = {
  exposedPorts: [5432],
  user: "",
  users: { postgres: 999 },
  stateful: true,
  volumes: ["/var/lib/postgresql/data"],
  empty: ["/var/lib/postgresql/data"],
};
const REDIS: KnownImage = {
  exposedPorts: [6379],
  user: "",
  users: { redis: 999 },
  stateful: true,
  volumes: ["/data"],
  empty: ["/data"],
};
const WORDPRESS: KnownImage = { exposedPorts: [80], user: "", users: DEBIAN };
const RABBITMQ: KnownImage = {
  exposedPorts: [4369, 5671, 5672, 15691, 15692, 25672],
  listens: [5672, 15692],
  user: "",
  users: { rabbitmq: 999 },
  stateful: true,
  volumes: ["/var/lib/rabbitmq"],
  empty: ["/var/lib/rabbitmq"],
};

/** By repository without registry; official images without `library/`. */
const TABLE: Readonly<Record<string, KnownImage>> = {
  "adminer": { exposedPorts: [8080], user: "adminer" },
  "caddy": { exposedPorts: [80, 443, 2019], listens: [80, 443], user: "" },
  "cassandra": { exposedPorts: [7000, 7001, 7199, 9042, 9160], listens: [9042], stateful: true },
  "couchdb": { exposedPorts: [4369, 5984, 9100], listens: [5984], users: { couchdb: 5984 }, stateful: true },
  "drone/drone": { exposedPorts: [80, 443] },
  "elasticsearch": { exposedPorts: [9200, 9300], users: { elasticsearch: 1000 }, stateful: true },
  "eclipse-mosquitto": { exposedPorts: [1883], users: { mosquitto: 1883 }, stateful: true },
  "gcr.io/cadvisor/cadvisor": {
    exposedPorts: [8080],
    user: "",
    dockerOnly: "it reads the engine's containers",
  },
  "ghost": { exposedPorts: [2368], users: { node: 1000 } },
  "gitea/gitea": { exposedPorts: [22, 3000], users: { git: 1000 } },
  "google/cadvisor": { exposedPorts: [8080], user: "", dockerOnly: "it reads the engine's containers" },
  "grafana/grafana": { exposedPorts: [3000], user: "472", users: { grafana: 472 } },
  "grafana/grafana-enterprise": { exposedPorts: [3000], user: "472", users: { grafana: 472 } },
  "grafana/loki": { exposedPorts: [3100], user: "10001", users: { loki: 10001 } },
  "grafana/promtail": { exposedPorts: [], user: "", dockerOnly: "it finds logs by the engine's labels" },
  "haproxy": { exposedPorts: [] },
  "httpd": { exposedPorts: [80], user: "", users: DEBIAN },
  "influxdb": { exposedPorts: [8086], users: { influxdb: 1000 }, stateful: true },
  "mailhog/mailhog": { exposedPorts: [1025, 8025] },
  "mariadb": MYSQL,
  "matomo": { exposedPorts: [80], user: "", users: DEBIAN },
  "memcached": { exposedPorts: [11211], user: "memcache", users: { memcache: 11211 } },
  "minio/minio": { exposedPorts: [9000], user: "", stateful: true },
  "mongo": {
    exposedPorts: [27017],
    user: "",
    users: { mongodb: 999 },
    stateful: true,
    volumes: ["/data/db"],
    empty: ["/data/db", "/data/configdb"],
  },
  "mongo-express": { exposedPorts: [8081] },
  "mysql": { ...MYSQL, exposedPorts: [3306, 33060], listens: [3306] },
  "nats": { exposedPorts: [4222, 6222, 8222], listens: [4222], stateful: true },
  "neo4j": { exposedPorts: [7473, 7474, 7687], users: { neo4j: 7474 }, stateful: true },
  "nextcloud": { exposedPorts: [80], user: "", users: DEBIAN },
  "nginx": NGINX,
  "nginxinc/nginx-unprivileged": { exposedPorts: [8080], user: "101", users: { nginx: 101 } },
  "nodebb/docker": { exposedPorts: [4567] },
  "oryd/hydra": { exposedPorts: [4444, 4445], user: "ory", users: { ory: 500 } },
  "percona": { ...MYSQL, empty: [] },
  "phpmyadmin": { exposedPorts: [80], user: "" },
  "portainer/portainer-ce": { exposedPorts: [8000, 9000, 9443], dockerOnly: "it manages the engine" },
  "postgres": POSTGRES,
  "postgis/postgis": POSTGRES,
  "prom/alertmanager": { exposedPorts: [9093], user: "nobody", users: { nobody: 65534 } },
  "prom/blackbox-exporter": { exposedPorts: [9115] },
  "prom/mysqld-exporter": { exposedPorts: [9104], user: "nobody", users: { nobody: 65534 } },
  "prom/node-exporter": {
    exposedPorts: [9100],
    user: "nobody",
    users: { nobody: 65534 },
    dockerOnly: "in a pod it sees the pod and not the machine",
    seesMachine: true,
  },
  "prom/prometheus": { exposedPorts: [9090], user: "nobody", users: { nobody: 65534 } },
  "prom/pushgateway": { exposedPorts: [9091], user: "nobody", users: { nobody: 65534 } },
  "rabbitmq": RABBITMQ,
  "redis": REDIS,
  "registry": { exposedPorts: [5000], user: "" },
  "requarks/wiki": { exposedPorts: [3000, 3443], listens: [3000], user: "node", users: { node: 1000 } },
  "solr": { exposedPorts: [8983], user: "8983", users: { solr: 8983 }, stateful: true },
  "sonatype/nexus3": { exposedPorts: [8081], user: "200", users: { nexus: 200 }, stateful: true },
  "tomcat": { exposedPorts: [8080], user: "" },
  "traefik": { exposedPorts: [80], user: "" },
  "traefik/whoami": { exposedPorts: [80] },
  "containrrr/watchtower": { exposedPorts: [8080], dockerOnly: "it restarts the engine's containers" },
  "valkey/valkey": { ...REDIS, users: { valkey: 999 } },
  "varnish": { exposedPorts: [80, 8443], listens: [80] },
  "vaultwarden/server": { exposedPorts: [80], user: "", stateful: true },
  "wordpress": WORDPRESS,
  "zookeeper": { exposedPorts: [2181, 2888, 3888, 8080], listens: [2181], stateful: true },
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
  return known === undefined ? undefined : variant(repository, imageTag(reference) ?? "", known);
}

/** Tags that change ports or user ids: Alpine's databases, RabbitMQ's management console, PHP's FPM. */
function variant(repository: string, tag: string, known: KnownImage): KnownImage {
  const alpine = tag.includes("alpine");
  switch (repository) {
    case "rabbitmq": {
      const management = tag.includes("management");
      return {
        ...known,
        ...(alpine ? { users: { rabbitmq: 100 } } : {}),
        ...(management
          ? {
            exposedPorts: [...known.exposedPorts, 15671, 15672].sort((a, b) => a - b),
            listens: [5672, 15672, 15692],
          }
          : {}),
      };
    }
    case "postgres":
      return alpine ? { ...known, users: { postgres: 70 } } : known;
    case "wordpress":
    case "nextcloud":
    case "matomo":
      return tag.includes("fpm") ? { ...known, exposedPorts: [9000] } : known;
    default:
      return known;
  }
}
