/** What an engine's answers say about images and users, read without trust in their shape. */
import type { Healthcheck } from "../../compose/project.ts";
import type { ImageFacts } from "../stack/image_facts.ts";
import { field } from "../values/json.ts";

/** Ports, user, volumes, health check, shell and origin of `GET /images/{name}/json`; undefined where it is no such answer. */
export function factsOf(answer: unknown): ImageFacts | undefined {
  const config = field(answer, "Config") ?? field(answer, "ContainerConfig");
  if (typeof config !== "object" || config === null) return undefined;
  const exposed = field(config, "ExposedPorts");
  const keys = Object.keys(typeof exposed === "object" && exposed !== null ? exposed : {})
    .filter((key) => /^[1-9]\d*(\/(tcp|udp|sctp))?$/.test(key)).sort();
  const ports = keys.map((key) => Number(key.split("/")[0]));
  const user = field(config, "User");
  const volumes = Object.keys(Object(field(config, "Volumes"))).filter((path) => path.startsWith("/")).sort();
  const digests = field(answer, "RepoDigests");
  return {
    ...(Array.isArray(digests) && digests.length === 0 ? { isLocal: true } : {}),
    exposedPorts: [...new Set(ports)].sort((left, right) => left - right),
    ...(keys.some((key) => !key.endsWith("/tcp")) ? { exposed: keys } : {}),
    user: typeof user === "string" ? user : "",
    ...(volumes.length === 0 ? {} : { volumes }),
    ...healthcheckOf(field(config, "Healthcheck")),
    ...shellOf(field(config, "Shell")),
  };
}

/** `SHELL` of the image, which has no more than its words; most have none. */
function shellOf(answer: unknown): { readonly shell?: readonly string[] } {
  if (!Array.isArray(answer) || answer.length === 0) return {};
  return answer.every((word) => typeof word === "string") ? { shell: answer } : {};
}

/** Docker counts in nanoseconds, and a zero is what nobody said. */
function healthcheckOf(answer: unknown): { readonly healthcheck?: Healthcheck } {
  const test = field(answer, "Test");
  if (!Array.isArray(test) || !test.every((word) => typeof word === "string")) return {};
  if (test.length < 2 || test[0] === "NONE") return {};
  const duration = (name: string): string | undefined => {
    const value = field(answer, name);
    return typeof value === "number" && value > 0 ? `${value / 1e9}s` : undefined;
  };
  const retries = field(answer, "Retries");
  const said = {
    interval: duration("Interval"),
    timeout: duration("Timeout"),
    start_period: duration("StartPeriod"),
    start_interval: duration("StartInterval"),
    retries: typeof retries === "number" && retries > 0 ? retries : undefined,
  };
  return {
    healthcheck: {
      test,
      ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    },
  };
}

/** User names of an `/etc/passwd`. Lines that are none are left out. */
export function usersOf(passwd: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    passwd.split("\n").flatMap((line): [string, number][] => {
      const [name = "", , uid = ""] = line.split(":");
      return name !== "" && /^\d+$/.test(uid) ? [[name, Number(uid)]] : [];
    }),
  );
}

const BLOCK = 512;

/** The content of the first regular file of a tar archive (POSIX.1-1988 ustar: name, size in octal at 124). */
export function firstFile(archive: Uint8Array): Uint8Array | undefined {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    const size = parseInt(text(header.subarray(124, 136)), 8);
    const type = text(header.subarray(156, 157));
    if (!(size >= 0)) return undefined;
    if (type === "" || type === "0") return archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, "").trim();
}
