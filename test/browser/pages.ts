/** Pages of stacks, made as `report` makes them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exampleStack, fafStack } from "../crossing/stacks.ts";
import { planTestStack } from "../cli/planned_stack.ts";
import { told } from "../cli/in_process.ts";

const STRANGER = fileURLToPath(
  new URL("../../../shared/corpus/public-stacks/haxxnet-immich/", import.meta.url),
);
const FILES = ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"];

/** What a page's address may name, besides one service, one migration or what is searched for. */
export const VIEWS: readonly string[] = [
  "",
  "services",
  "map",
  "findings",
  "decisions",
  "networks",
  "secrets",
  "verification",
  "runs",
];

/** An answer of each kind. */
const VERIFIED = {
  type: "verify",
  askedAt: "2026-01-01T11:00:00Z",
  against: "2026-01-01T09:00:00Z",
  answers: (["same", "differs", "old", "new", "none"] as const).map((verdict, index) => ({
    question: `https://site-${index}.example.org/`,
    old: /new|none/.test(verdict) ? { silence: "no route" } : { status: 200, digest: "0123456789abcdef" },
    new: /old|none/.test(verdict) ? { silence: "no route" } : { status: 200, digest: "fedcba9876543210" },
    verdict,
    differs: verdict === "differs" ? ["body"] : [],
  })),
  unasked: ["HostRegexp(`^.+$`)"],
  unpublished: [],
};

/** A page on disk, gone at the end, and what may not be in it. */
export interface TestPage extends AsyncDisposable {
  readonly file: string;
  readonly services: readonly string[];
  readonly secrets: readonly string[];
}

/** FAF's, or undefined where ../shared is absent. */
export async function fafPage(): Promise<TestPage | undefined> {
  await using stack = await fafStack("faf");
  return stack === undefined ? undefined : await pageOf(stack.directory, FILES, VERIFIED);
}

/** The bundled example's. */
export async function examplePage(): Promise<TestPage> {
  await using stack = await exampleStack("harbour");
  return await pageOf(stack.directory);
}

/** A stack that somebody else published, or undefined where ../shared is absent. */
export async function strangerPage(): Promise<TestPage | undefined> {
  const isThere = await Deno.stat(STRANGER).then(() => true, () => false);
  return isThere ? await pageOf(STRANGER) : undefined;
}

/** @param verified a report of `verify` that stands in the page */
async function pageOf(
  directory: string,
  files: readonly string[] = [],
  verified?: unknown,
): Promise<TestPage> {
  const { facts, secrets } = await planTestStack({
    directory,
    decisions: await Deno.readTextFile(join(directory, "decisions.yaml")).catch(() => ""),
    ...(files.length === 0 ? {} : { files }),
  });
  const folder = await Deno.makeTempDir({ prefix: "page-" });
  const file = join(folder, "page.html");
  const report = join(folder, "verify.json");
  if (verified !== undefined) await Deno.writeTextFile(report, JSON.stringify(verified));
  const flags = [
    ...files.flatMap((name) => ["-f", name]),
    ...(verified === undefined ? [] : ["--verify", report]),
  ];
  const args = ["report", "--stack", directory, ...flags, "--to", file];
  // A page is the same whenever it is made, so that pictures of it are.
  const { code, err } = await told(directory, args, { now: new Date("2026-01-01T12:00:00Z") });
  if (code !== 0) throw new Error(err);
  return {
    file,
    services: Object.keys(facts?.project.services ?? {}),
    secrets,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
