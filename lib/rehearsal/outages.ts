/** What a run said of each service, as a rehearsal's figures. No I/O. */
import { field } from "../values/json.ts";

/** Of one direction, by service; and those that did not go there. */
export interface Outages {
  /** Who arrived, and for how many milliseconds nobody served it; undefined where the run does not know. */
  readonly lasted: ReadonlyMap<string, number | undefined>;
  readonly problems: ReadonlyMap<string, string>;
}

/** @param lines events as `-o json` prints them @param reached the state that is meant */
export function outagesOf(lines: readonly unknown[], reached: "verified" | "returned"): Outages {
  const lasted = new Map<string, number | undefined>();
  const problems = new Map<string, string>();
  for (const line of lines) {
    if (field(line, "type") !== "cutover") continue;
    const [service, state] = [String(field(line, "service")), field(line, "state")];
    const outageMs = field(line, "outageMs");
    if (state === reached) {
      lasted.set(service, typeof outageMs === "number" ? outageMs : undefined);
    } else if (reached === "verified" && state === "back") {
      problems.set(service, `went back: ${String(field(line, "why") ?? "it was interrupted")}`);
    } else if (!lasted.has(service) && !problems.has(service)) {
      problems.set(service, reached === "verified" ? "did not arrive" : "did not come back");
    }
  }
  for (const service of lasted.keys()) problems.delete(service);
  return { lasted, problems };
}
