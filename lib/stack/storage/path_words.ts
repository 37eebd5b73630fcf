/** What a path's words say about the thing that lies there. */

// deno-fmt-ignore
const DATA_WORDS = new Set([
  "backup", "backups", "cache", "content", "data", "database", "databases", "db", "log", "logs", "lib", "media",
  "mysql", "pgdata", "postgres", "repositories", "state", "storage", "upload", "uploads", "var", "volume", "volumes",
]);

// deno-fmt-ignore
const CONFIGURATION_WORDS = new Set([
  "cert", "certs", "certificates", "conf", "conf.d", "config", "configs", "configuration", "docker", "etc", "init",
  "initdb", "initdb.d", "nginx", "pki", "provisioning", "rules", "scripts", "secrets", "settings", "ssl",
  "templates", "tls",
]);

const FILE_EXTENSION =
  /\.(bash|cert|cfg|cnf|conf|config|crt|css|csv|env|html?|ini|jks|js|json|key|lua|md|motd|p12|pem|php|plugins|properties|pub|py|sh|sql|toml|tmpl|txt|xml|ya?ml)$/i;
const DATA_TARGET =
  /^\/(var\/(lib|log|backups|www)|data|backups?|srv|mnt|media|storage|uploads?|bitnami|prometheus|loki|grafana|opt\/[\w.-]+\/data)(\/|$)/;
const CONFIGURATION_TARGET =
  /^\/(etc|usr\/local\/etc|docker-entrypoint[\w.-]*\.d|run\/secrets|conf(ig)?|opt\/[\w.-]+\/(etc|conf(ig)?))(\/|$)/;

export type Sense = "data" | "configuration" | "unknown";

/** The first telling word of the host's path, from the left; then the container's path. */
export function senseOf(path: string, targets: readonly string[]): Sense {
  for (const word of path.split("/").map((part) => part.toLowerCase()).filter((part) => part !== "")) {
    if (CONFIGURATION_WORDS.has(word) || /[-_.](conf|config|certs?)$/.test(word)) return "configuration";
    if (DATA_WORDS.has(word) || /[-_.](data|db|storage|uploads?)$/.test(word)) return "data";
  }
  if (targets.some((target) => CONFIGURATION_TARGET.test(target))) return "configuration";
  if (targets.some((target) => DATA_TARGET.test(target))) return "data";
  return "unknown";
}

/** Whether a path that is not there would be a file, by its name or the name that it is mounted under. */
export function looksLikeFile(path: string, targets: readonly string[]): boolean {
  return [path, ...targets].some((candidate) => !candidate.endsWith("/") && FILE_EXTENSION.test(candidate)) &&
    !/\.d\/?$/.test(path);
}

/** The engine's control socket: whoever has it has the machine. */
export function isEngineSocket(path: string): boolean {
  return /^\/(var\/)?run\/(docker|containerd\/containerd|podman\/podman)\.sock$/.test(path);
}

/** The machine's own folders below /etc; the others there are of programs, such as /etc/letsencrypt. */
// deno-fmt-ignore
const OWN_ETC = new Set([
  "alternatives", "apt", "ca-certificates", "cron.d", "default", "docker", "init.d", "kubernetes", "modprobe.d",
  "modules-load.d", "netplan", "network", "networkmanager", "pam.d", "pki", "profile.d", "rancher", "security", "skel",
  "ssh", "ssl", "sudoers.d", "sysctl.d", "systemd", "udev", "xdg",
]);

/** A path of the machine itself, not of the stack. */
export function isSystemPath(path: string): boolean {
  const trimmed = path.replace(/\/+$/, "");
  const inEtc = /^\/etc\/([^/]+)/.exec(trimmed)?.[1];
  if (inEtc !== undefined) return OWN_ETC.has(inEtc.toLowerCase());
  return trimmed === "" ||
    /^\/(boot|dev|etc|lib|lib64|proc|run|sys|usr|bin|sbin|var\/run|var\/log|var\/lib\/(docker|containerd))(\/|$)/
      .test(trimmed);
}
