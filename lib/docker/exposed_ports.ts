/** The ports that a container or image says it has. */
import { field, fields } from "../values/json.ts";

/** `8080/tcp`, sorted. docker compose writes `expose: [8080]` without a protocol, which is TCP. */
export function exposedPorts(answer: unknown): readonly string[] {
  const keys = Object.keys(fields(field(field(answer, "Config"), "ExposedPorts")));
  return [...new Set(keys.map((port) => port.includes("/") ? port : `${port}/tcp`))].sort();
}
