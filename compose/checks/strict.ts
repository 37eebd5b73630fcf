/** What compose-go lets through although Docker refuses it later; see docs/strictness.md. */
import { nearest } from "../../lib/diagnostics/nearest.ts";
import { asText, mappingAt, type Node, nodeSpan } from "../tree/node.ts";
import { problem, type Report } from "../tree/report.ts";

const POLICIES = ["no", "always", "on-failure", "unless-stopped"];

/** Checks a project's canonical tree. */
export function checkStrictly(root: Node, report: Report): void {
  for (const service of mappingAt(root, "services")?.entries.values() ?? []) {
    const restart = service.kind === "mapping" ? service.entries.get("restart") : undefined;
    const policy = asText(restart);
    if (restart === undefined || policy === undefined || policy === "" || restart.broken) continue;
    if (POLICIES.includes(policy) || /^on-failure:\d+$/.test(policy)) continue;
    const near = nearest(policy, POLICIES);
    problem(
      report,
      "compose-restart",
      `"${policy}" is not a restart policy`,
      nodeSpan(restart),
      near === undefined
        ? `write ${POLICIES.map((each) => `"${each}"`).join(", ")} or "on-failure:3"`
        : `did you mean "${near}"?`,
    );
  }
}
