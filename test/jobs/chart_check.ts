/** `check --chart` as a user runs it, with the real Helm, on copies of the fixture charts and their stack. */
import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildTools } from "../../lib/embedded_cluster/build.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CHARTS = join(ROOT, "test/jobs/charts");
export const STACK = join(CHARTS, "stack");
export const RABBITMQ = join(CHARTS, "rabbitmq");
export const TRAEFIK = join(CHARTS, "traefik");

export const { helm } = await buildTools(["helm"], (line) => {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
});

interface Told {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly hint?: string;
  readonly span?: { readonly line: number };
}

/** Runs the command as a user does; what it says about charts, and how it ends. */
export async function check(
  charts: readonly string[],
  { stack = STACK, environment = { HELM: helm } }: {
    readonly stack?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<{ readonly code: number; readonly told: readonly Told[]; readonly output: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "-A", "--no-check", "main.ts", "check", "-o", "json", "--stack", stack],
      ...charts.flatMap((chart) => ["--chart", chart]),
    ],
    cwd: ROOT,
    env: { PATH: programsWithoutHelm(), HELM: "", ...environment },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  const output = `${out}${err}`;
  const diagnostics = (JSON.parse(out || err || "{}").diagnostics ?? []) as readonly Told[];
  return { code, output, told: diagnostics.filter(({ code: told }) => /^(kube-chart|cli-chart)/.test(told)) };
}

/** A machine's own helm would make the test without one say something else. */
export function programsWithoutHelm(): string {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  return folders.filter((folder) => {
    try {
      return !Deno.statSync(join(folder, "helm")).isFile;
    } catch {
      return true;
    }
  }).join(delimiter);
}

export type Edit = readonly [file: string, from: string | RegExp, to: string];

/** A copy of a folder with some texts replaced; each must be there. */
export async function copyOf(folder: string, edits: readonly Edit[], into: string): Promise<string> {
  const target = join(into, crypto.randomUUID());
  await copy(folder, target);
  for (const [file, from, to] of edits) {
    const text = await Deno.readTextFile(join(target, file));
    assert.ok(typeof from === "string" ? text.includes(from) : from.test(text), `${file} lacks ${from}`);
    await Deno.writeTextFile(join(target, file), text.replace(from, to));
  }
  return target;
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

export async function within(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "charts-" });
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The chart's problems as `code: message / hint`. */
export function lines(told: readonly Told[]): string[] {
  return told.map(({ code, message, hint }) => `${code}: ${message} / ${hint}`);
}

const VALUES = "      erlangCookie: faf-rabbitmq.COOKIE\n";

/** The stack with values of the operator's own for the broker's chart. */
export function ownValues(directory: string, values: string): Promise<string> {
  return copyOf(STACK, [["decisions.yaml", VALUES, `${VALUES}      values: ${values}\n`]], directory);
}

export async function tar(from: string, name: string, into: string): Promise<void> {
  const { success } = await new Deno.Command("tar", { args: ["-czf", into, "-C", from, name] }).output();
  assert.ok(success);
}
