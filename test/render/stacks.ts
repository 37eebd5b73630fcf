/** Stacks with their plans, to be rendered: the example, FAF's and a sample of other people's. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubeObject } from "../../lib/kube/object.ts";
import { PUBLISHED } from "../../lib/kube/digests.ts";
import { type Plan, plannedObjects } from "../../lib/migration/step.ts";
import type { RenderOptions } from "../../lib/render/options.ts";
import { planTestStack } from "../cli/planned_stack.ts";
import { copyStack, stacksIn } from "../corpus/stacks.ts";
import { exampleStack, fafStack } from "../crossing/stacks.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/public-stacks/", import.meta.url));

/** Every third of the corpus. */
const SAMPLE_EVERY = 3;

/** A stack that can be rendered. */
export interface TestPlan {
  readonly name: string;
  readonly namespace: string;
  /** With digests that may be published. */
  readonly plan: Plan;
  /** With those of Secrets that stand in clear. */
  readonly clearPlan: Plan;
  readonly profiles: readonly { readonly name: string; readonly plan: Plan }[];
  /** Its strong secrets. */
  readonly secrets: readonly string[];
}

export const OPTIONS: RenderOptions = {
  layout: "plain",
  secrets: "omit",
  secretStore: "vault",
  repository: "https://git.example/shop.git",
  source: "shop",
  repositoryPath: "./deploy/",
  chartVersion: "1.2.3",
};

/** The bundled example with its profiles. */
export async function examplePlan(): Promise<TestPlan> {
  await using stack = await exampleStack("harbour");
  return await planOf("harbour", stack.directory, { profiles: ["local"] });
}

/** FAF's stack and every third of the corpus, where they are on this machine. */
export async function otherPlans(every = SAMPLE_EVERY): Promise<readonly TestPlan[]> {
  const plans: TestPlan[] = [];
  await using faf = await fafStack("faf");
  if (faf !== undefined) {
    const files = ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"];
    plans.push(await planOf("faf", faf.directory, { files }));
  }
  const parent = await Deno.makeTempDir({ prefix: "render-" });
  try {
    const stacks = await stacksIn(CORPUS).catch(() => []);
    for (const stack of stacks.filter((_, index) => index % every === 0)) {
      plans.push(await planOf(stack.name, await copyStack(stack, parent), {}));
    }
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
  return plans;
}

async function planOf(
  name: string,
  directory: string,
  { files, profiles = [] }: { readonly files?: readonly string[]; readonly profiles?: readonly string[] },
): Promise<TestPlan> {
  const decisions = await Deno.readTextFile(join(directory, "decisions.yaml")).catch(() => "");
  const input = { directory, decisions, ...(files === undefined ? {} : { files }) };
  const stack = await planTestStack(input);
  const [plan, clearPlan] = [stack.planFor(PUBLISHED), stack.planFor("")];
  if (plan === undefined || clearPlan === undefined) {
    throw new Error(`${name}: ${stack.diagnostics.map(({ message }) => message).join("\n")}`);
  }
  const laid = [];
  for (const profile of profiles) {
    const overlaid = await planTestStack({ ...input, profiles: [profile] });
    const profilePlan = overlaid.planFor(PUBLISHED);
    if (profilePlan === undefined) throw new Error(`${name} with ${profile} has no plan`);
    laid.push({ name: profile, plan: profilePlan });
  }
  const { conversion: { namespace }, secrets } = stack;
  return { name, namespace, plan, clearPlan, profiles: laid, secrets };
}

/** Every object of a plan, by what it is. */
export function objectsOfPlan(plan: Plan): ReadonlyMap<string, KubeObject> {
  return byIdentity(plan.migrations.flatMap(plannedObjects).map(({ object }) => object));
}

export function byIdentity(objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  const found = new Map<string, KubeObject>();
  for (const object of objects) {
    const { apiVersion, kind, metadata: { namespace = "", name } } = object;
    const key = `${apiVersion} ${kind} ${namespace}/${name}`;
    if (found.has(key)) throw new Error(`${key} is there twice`);
    found.set(key, object);
  }
  return found;
}

/** A stack of a folder, with the decisions in it. */
export async function textPlan(directory: string): Promise<TestPlan> {
  return await planOf("text", directory, {});
}
