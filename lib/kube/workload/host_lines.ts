/** The name of a pod where only its hosts file can say it. */
import { type Json, list } from "../../values/json.ts";

const LOOPBACK = "127.0.0.1";

/**
 * The pod with lines of its hosts file in place of `hostnameOverride`, for servers and charts that do not know it: the
 * whole name, and the short one where nothing else gives it, as a StatefulSet's pod has its own. A name that is its
 * `hostname` as well it has only so that a program can listen on it, which with the loopback address would be heard by
 * nobody: there it stays the Service's. Undefined where it has no such name.
 */
export function podWithHostLines(pod: Json): Json | undefined {
  const { hostnameOverride: name, ...rest } = pod;
  if (typeof name !== "string") return undefined;
  if (pod["hostname"] === name) return rest;
  const lines = list(pod["hostAliases"]);
  const short = name.split(".")[0] ?? name;
  const before = lines.filter(({ ip }) => ip === LOOPBACK).flatMap(({ hostnames }) => hostnames)
    .filter((each) => each !== short);
  const names = new Set([...(pod["hostname"] === undefined ? [short] : []), name, ...before]);
  return {
    ...rest,
    hostAliases: [{ ip: LOOPBACK, hostnames: [...names] }, ...lines.filter(({ ip }) => ip !== LOOPBACK)],
  };
}
