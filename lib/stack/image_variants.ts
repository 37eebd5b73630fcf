/**
 * What the tag of a known image changes: users of Alpine, PHP's FPM, RabbitMQ's console, an older or newer major version.
 * The numbers stand in the Dockerfiles of the images' own repositories (docker-library, go-gitea/gitea, …).
 */
import type { KnownImage } from "./image_facts.ts";

type Changes = Partial<KnownImage>;

/** By repository: what is different for a tag, `latest` where none is written. */
const CHANGES: Readonly<Record<string, (tag: string, known: KnownImage) => Changes>> = {
  "adminer": (tag) => tag.includes("fastcgi") ? FPM : {},
  "gitea/gitea": (tag) => tag.includes("rootless") ? GITEA_ROOTLESS : {},
  "httpd": wwwData,
  "influxdb": influxdb,
  "matomo": php,
  "nextcloud": php,
  "nginx": (tag) => isAlpine(tag) ? NGINX_ALPINE : {},
  "phpmyadmin": php,
  "postgis/postgis": postgres,
  "postgres": postgres,
  "rabbitmq": rabbitmq,
  "redis": (tag) => isAlpine(tag) ? { groups: { redis: 1000 } } : {},
  "valkey/valkey": (tag) => isAlpine(tag) ? { groups: { valkey: 1000 } } : {},
  "wordpress": (tag) => tag.startsWith("cli") ? WORDPRESS_CLI : php(tag),
};

/** The facts of a repository for one of its tags. */
export function variant(repository: string, tag: string, known: KnownImage): KnownImage {
  const changes = Object.hasOwn(CHANGES, repository) ? CHANGES[repository] : undefined;
  return changes === undefined ? known : { ...known, ...changes(tag, known) };
}

function isAlpine(tag: string): boolean {
  return tag.includes("alpine");
}

/** Alpine's own numbers, which are not Debian's. */
const ALPINE = {
  users: { "www-data": 82, nobody: 65534 },
  groups: { "www-data": 82, nobody: 65534 },
};

const NGINX_ALPINE: Changes = {
  users: { nginx: 101, nobody: 65534 },
  groups: { nginx: 101, ...ALPINE.groups },
};

/** FastCGI, which a web server beside it calls. */
const FPM: Changes = { exposedPorts: [9000] };

/** A command that ends; its image is always Alpine's. */
const WORDPRESS_CLI: Changes = { exposedPorts: [], user: "www-data", ...ALPINE };

const GITEA_ROOTLESS: Changes = {
  exposedPorts: [2222, 3000],
  user: "1000:1000",
  volumes: ["/var/lib/gitea", "/etc/gitea"],
};

function wwwData(tag: string): Changes {
  return isAlpine(tag) ? ALPINE : {};
}

function php(tag: string): Changes {
  return { ...wwwData(tag), ...(tag.includes("fpm") ? FPM : {}) };
}

/** Version 1 has another directory and makes its user without a number; version 3 is another program. */
function influxdb(tag: string): Changes {
  const major = majorOf(tag);
  if (major === 1) return { users: {}, groups: {}, volumes: ["/var/lib/influxdb"] };
  return major === undefined || major === 2 ? {} : { users: {}, groups: {}, volumes: [] };
}

function rabbitmq(tag: string, { exposedPorts }: KnownImage): Changes {
  return {
    ...(isAlpine(tag) ? { users: { rabbitmq: 100 }, groups: { rabbitmq: 101 } } : {}),
    ...(tag.includes("management")
      ? {
        exposedPorts: [...exposedPorts, 15671, 15672].sort((a, b) => a - b),
        listens: [5672, 15672, 15692],
      }
      : {}),
  };
}

const POSTGRES_PARENT = "/var/lib/postgresql";

/**
 * From version 18 on VOLUME is the directory above, and the program does not start where anything is mounted at
 * `/data` (docker-library/postgres#1259). A tag without a version is one of them, unless compose mounts something there;
 * an older one keeps its data in `data` of that directory as well.
 */
function postgres(tag: string, { volumes = [] }: KnownImage): Changes {
  const ofAlpine = isAlpine(tag) ? { users: { postgres: 70 }, groups: { postgres: 70 } } : {};
  const major = majorOf(tag);
  if (major !== undefined && major < 18) return ofAlpine;
  const [older] = volumes;
  return {
    ...ofAlpine,
    volumes: [POSTGRES_PARENT],
    ...(major === undefined && older !== undefined ? { olderVolume: older } : {}),
  };
}

/** The version that a tag begins with: 18 of `18-alpine` and of `18beta1`. */
function majorOf(tag: string): number | undefined {
  const number = /^v?(\d+)/.exec(tag)?.[1];
  return number === undefined ? undefined : Number(number);
}
