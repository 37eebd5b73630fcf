/** Rights asked of a server that still starts: it answers in the shape of a real one whose RBAC is not read yet. */
import assert from "node:assert/strict";
import { plainClient } from "../cluster_client/plain_client.ts";
import { missingRights } from "../../lib/run/rbac.ts";
import { referencePlan } from "./reference_plan.ts";

const EVERYTHING = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
const FORBIDDEN = { kind: "Status", status: "Failure", reason: "Forbidden", message: "no", code: 403 };

interface Server {
  /** Answers of `/readyz`, the last one for good. */
  readonly ready: readonly number[];
  /** What a review says before the server is ready: rules that are not read yet, or a refusal. */
  readonly before: "no rules" | "refused";
  readonly rules: readonly unknown[];
}

/** What is missing at the server, and how often it was asked whether it is ready. */
async function askAt({ ready, before, rules }: Server): Promise<{ missing: number; questions: number }> {
  let questions = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const status = (asked: number): number => ready[Math.min(asked, ready.length) - 1] ?? 500;
    if (new URL(url).pathname === "/readyz") {
      const answer = status(++questions);
      return answer === 403
        ? Response.json(FORBIDDEN, { status: answer })
        : new Response("[-]informer-sync failed", { status: answer });
    }
    const isStarting = status(questions) !== 200;
    if (isStarting && before === "refused") return Response.json(FORBIDDEN, { status: 403 });
    return Response.json({
      kind: "SelfSubjectRulesReview",
      apiVersion: "authorization.k8s.io/v1",
      status: { resourceRules: isStarting ? [] : rules, nonResourceRules: [], incomplete: false },
    }, { status: 201 });
  });
  const address = `http://127.0.0.1:${server.addr.port}`;
  const client = plainClient(address);
  try {
    const missing = await missingRights(client, referencePlan("shop"), "shop");
    return { missing: missing.length, questions };
  } finally {
    client.close();
  }
}

for (const before of ["no rules", "refused"] as const) {
  Deno.test(`missingRights() waits for a server that starts and says "${before}" until it is ready`, async () => {
    assert.deepEqual(
      await askAt({ ready: [500, 500, 200], before, rules: EVERYTHING }),
      { missing: 0, questions: 3 },
    );
  });
}

Deno.test("missingRights() believes a server that is ready, and asks one that keeps it to itself not for ever", async () => {
  const refused = await askAt({ ready: [200], before: "no rules", rules: [] });
  assert.ok(refused.missing > 0);
  assert.equal(refused.questions, 1);
  const silent = await askAt({ ready: [403], before: "no rules", rules: EVERYTHING });
  assert.ok(silent.missing > 0);
  assert.ok(silent.questions >= 1 && silent.questions < 20, String(silent.questions));
});
