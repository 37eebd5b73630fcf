/** What a run said of each service, as a rehearsal's figures. No I/O. */
import { field } from "../values/json.ts";

/** Of one direction, in milliseconds, by service; and those that did not go there. */
export interface Outages {
  readonly lasted: ReadonlyMap<string, number>;
  readonly problems: ReadonlyMap<string, string>;
}

/** @param lines events as `-o json` prints them @param reached the state that is meant */
export function outagesOf(lines: readonly unknown[], reached: "verified" | "returned"): Outages {
  const lasted = new Map<string, number>();
  const problems = new Map<string, string>();
  for (const line of lines) {
    if (field(line, "type") !== "cutover") continue;
    const [service, state] = [String(field(line, "service")), field(line, "state")];
    const outageMs = field(line, "outageMs");
    if (state === reached && typeof outageMs === "number") {
      lasted.set(service, outageMs);
      problems.delete(service);
    } else if (reached === "verified" && state === "back") {
      problems.set(service, `went back: ${String(field(line, "why") ?? "it was interrupted")}`);
    } else if (state !== reached && !lasted.has(service) && !problems.has(service)) {
      problems.set(service, reached === "verified" ? "did not arrive" : "did not come back");
    }
  }
  for (const service of lasted.keys()) problems.delete(service);
  return { lasted, problems };
}
