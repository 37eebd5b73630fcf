/** Requests made from rules and from their neighbours: what a rule takes, and what it just does not take. */
import { callsOf, parseRule } from "../../lib/traefik/rule.ts";
import type { RawRequest } from "./raw_request.ts";

/** A source of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface CorpusInput {
  readonly rules: readonly string[];
  /** Host names beside those of the rules. */
  readonly hosts: readonly string[];
  /** Entry points with the ways in which they are spoken to. */
  readonly doors: readonly { readonly entryPoint: string; readonly tls: boolean }[];
  /** Header sets to choose from. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly count: number;
  readonly seed: number;
}

const methods = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];

/** Every host with every door first, then a seeded choice of everything with everything. */
export function requestCorpus(input: CorpusInput): RawRequest[] {
  const random = seededRandom(input.seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const hosts = [...new Set([...input.rules.flatMap(hostsOf), ...input.hosts].flatMap(neighboursOfHost))];
  const paths = [...new Set(["/", ...input.rules.flatMap(pathsOf)].flatMap(neighboursOfPath))];
  const requests = hosts.flatMap((host) =>
    input.doors.map((door): RawRequest => ({ ...door, host, method: "GET", target: "/", headers: {} }))
  );
  while (requests.length < input.count) {
    requests.push({
      ...pick(input.doors),
      host: pick(hosts),
      method: pick(methods),
      target: pick(paths) + pick(["", "", "", "?a=1", "?a=1;b=2", "?filter=x==1;y==2,z", "?a=%3B&b", "?"]),
      headers: pick(input.headers),
    });
  }
  return requests;
}

function valuesOf(rule: string, matchers: readonly string[]): string[] {
  try {
    return callsOf(parseRule(rule)).filter(({ name }) => matchers.includes(name)).flatMap(({ values }) =>
      values
    );
  } catch {
    return [];
  }
}

function hostsOf(rule: string): string[] {
  return valuesOf(rule, ["Host", "HostHeader"]);
}

function pathsOf(rule: string): string[] {
  return valuesOf(rule, ["Path", "PathPrefix"]);
}

function neighboursOfHost(host: string): string[] {
  return [
    host,
    `x${host}`,
    `${host}.`,
    host.toUpperCase(),
    `${host}:8443`,
    host.replace(/^[^.]+\./, ""),
    `sub.${host}`,
  ];
}

function neighboursOfPath(path: string): string[] {
  const base = path.replace(/\/$/, "");
  return [
    path,
    `${base}/`,
    `${base}x`,
    `${base}/a/b`,
    `${base.toUpperCase()}/A`,
    `${base}//double`,
    `${base}/./dot`,
    `${base}/up/../down`,
    `${base}/with%20space`,
    `${base}/with%2Fslash`,
    `${base}/semi;colon`,
    `${base}/untyped`,
    `/x${base}`,
  ];
}
