import { deepStrictEqual, ok } from "node:assert/strict";
import { convertRule } from "../../lib/traefik/rule_syntax.ts";
import { isIsolated } from "./namespace.ts";
import { send } from "./raw_request.ts";
import { seededRandom } from "./request_corpus.ts";
import { randomRequest, randomRule } from "./rule_generator.ts";
import { say } from "./say.ts";
import { startTraefik } from "./traefik_process.ts";

const ruleCount = 700;
const requestsPerRule = 16;

Deno.test({
  name: "convertRule() rewrites rules of Traefik 2 so that Traefik 3 answers the same",
  ignore: !isIsolated(),
  fn: async () => {
    const random = seededRandom(7);
    const rules = [...new Set(Array.from({ length: ruleCount * 2 }, () => randomRule(random)))].slice(
      0,
      ruleCount,
    );
    const cases = rules.map((rule, number) => ({ number, rule, converted: convertRule(rule, "http", "v2") }));
    await using traefik = await startRules(cases);
    const rawdata = await traefik.rawdata();
    const routers = rawdata["routers"] as Record<string, { error?: unknown }>;
    const misjudged = cases.filter(({ number, converted }) =>
      ("problem" in converted) !== (routers[`old${number}@file`]?.error !== undefined)
    );
    deepStrictEqual(misjudged, [], "what Traefik refuses is what is refused here");
    const broken = cases.filter(({ number }) => routers[`new${number}@file`]?.error !== undefined);
    deepStrictEqual(broken, [], "Traefik 3 takes every rewritten rule");

    const usable = cases.filter(({ converted }) => !("problem" in converted));
    ok(usable.length >= 500, `${usable.length} rules can be used`);
    const answers = await Promise.all(chunks(usable, 8).map((part) => askAll(part)));
    const all = answers.flat();
    deepStrictEqual(all.filter(({ before, after }) => before !== after).slice(0, 5), []);
    const matched = all.filter(({ before }) => before === "418").length;
    ok(
      matched > all.length / 10 && matched < all.length * 9 / 10,
      `${matched} of ${all.length} requests matched`,
    );
    const changed = usable.filter(({ converted }) => "changed" in converted && converted.changed).length;
    say(
      `${usable.length} rules, ${changed} of them rewritten: ${all.length} requests alike, ${matched} matched; ` +
        `${cases.length - usable.length} rules refused by both`,
    );
  },
});

interface RuleCase {
  readonly number: number;
  readonly rule: string;
  readonly converted: ReturnType<typeof convertRule>;
}

/** Every rule on one entry point as it was, on another as it is now, kept apart by a header. */
async function startRules(cases: readonly RuleCase[]): ReturnType<typeof startTraefik> {
  const routers = cases.flatMap(({ number, rule, converted }) => [
    [`old${number}`, {
      rule: `(${rule}) && Headers(\`X-Case\`, \`${number}\`)`,
      ruleSyntax: "v2",
      entryPoints: ["old"],
      service: "noop@internal",
    }],
    ...("problem" in converted ? [] : [[`new${number}`, {
      rule: `(${converted.rule}) && Header(\`X-Case\`, \`${number}\`)`,
      entryPoints: ["new"],
      service: "noop@internal",
    }]]),
  ]);
  const directory = await Deno.makeTempDir({ prefix: "rules" });
  await Deno.writeTextFile(
    `${directory}/dynamic.yml`,
    JSON.stringify({ http: { routers: Object.fromEntries(routers) } }),
  );
  return await startTraefik({
    arguments: [
      `--providers.file.filename=${directory}/dynamic.yml`,
      "--providers.file.watch=false",
      "--entrypoints.old.address=127.0.0.1:10080",
      "--entrypoints.new.address=127.0.0.1:10081",
    ],
    apiPort: 10090,
    providers: ["file"],
  });
}

interface RuleAnswer {
  readonly rule: string;
  readonly converted: unknown;
  readonly request: unknown;
  readonly before: string;
  readonly after: string;
}

async function askAll(cases: readonly RuleCase[]): Promise<RuleAnswer[]> {
  const answers: RuleAnswer[] = [];
  for (const { number, rule, converted } of cases) {
    const random = seededRandom(number + 1);
    for (let index = 0; index < requestsPerRule; index++) {
      const request = { ...randomRequest(random, number), entryPoint: "" };
      const { status: before } = await send(request, 10080);
      const { status: after } = await send(request, 10081);
      answers.push({ rule, converted, request, before, after });
    }
  }
  return answers;
}

function chunks<T>(items: readonly T[], count: number): T[][] {
  return Array.from(
    { length: count },
    (_, index) => items.filter((_item, position) => position % count === index),
  );
}
