/** Runs compose-go as the oracle: builds it once into a cache outside the checkout, then asks it case by case. */
import { join } from "node:path";

import type { LoadOptions } from "../../compose/mod.ts";

/** A case, with its files on disk. */
export interface OracleCase {
  readonly dir: string;
  readonly files?: readonly string[];
  readonly envFiles?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly projectName?: string;
  /** Leaves the model out of the answer. */
  readonly quiet?: boolean;
}

/** A model or an error, and the microseconds that loading took. */
export interface OracleAnswer {
  readonly project?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly micros: number;
}

export interface Oracle {
  /** Answers in the order of the cases. */
  ask(cases: readonly OracleCase[]): Promise<OracleAnswer[]>;
  close(): Promise<void>;
}

const HERE = import.meta.dirname ?? ".";
const INPUTS = ["go.mod", "go.sum", "main.go"];

/** The oracle's case for a load of ours. */
export function oracleCase(options: LoadOptions): OracleCase {
  const { directory, files, envFiles, environment, profiles, projectName } = options;
  return {
    dir: directory,
    env: environment,
    ...(files && { files }),
    ...(envFiles && { envFiles }),
    ...(profiles && { profiles }),
    ...(projectName !== undefined && { projectName }),
  };
}

/** The built oracle's path. */
export async function buildOracle(): Promise<string> {
  const cache = join(
    Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/tmp", ".cache"),
    "compose-ferry",
  );
  const path = join(cache, `oracle-${await digest()}`, "oracle");
  try {
    await Deno.stat(path);
    return path;
  } catch {
    // Not built yet.
  }
  await Deno.mkdir(join(path, ".."), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID()}`;
  const build = await new Deno.Command("go", { args: ["build", "-o", temporary, "."], cwd: HERE }).output();
  if (!build.success) throw new Error(`Cannot build the oracle: ${new TextDecoder().decode(build.stderr)}`);
  await Deno.rename(temporary, path);
  return path;
}

/** Asks an oracle that runs in one process for as long as it is used. */
export async function withOracle(use: (oracle: Oracle) => Promise<void>): Promise<void> {
  const oracle = await startOracle();
  try {
    await use(oracle);
  } finally {
    await oracle.close();
  }
}

/** An oracle that runs until it is closed. */
export async function startOracle(): Promise<Oracle> {
  const path = await buildOracle();
  const child = new Deno.Command(path, { stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const writer = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  return {
    ask: async (cases) => {
      const input = cases.map((each) => `${JSON.stringify(each)}\n`).join("");
      const writing = writer.write(new TextEncoder().encode(input));
      const answers: OracleAnswer[] = [];
      while (answers.length < cases.length) {
        const { value, done } = await lines.read();
        if (done) throw new Error(`The oracle ended after ${answers.length} of ${cases.length} answers`);
        answers.push(JSON.parse(value));
      }
      await writing;
      return answers;
    },
    close: async () => {
      await writer.close();
      await lines.cancel();
      await child.status;
    },
  };
}

/** Splits a stream of text into lines. */
class TextLineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform: (chunk, controller) => {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        for (const part of parts) controller.enqueue(part);
      },
    });
  }
}

/** Whether Go is there to build the oracle with; says so where it is not, as tests are skipped then. */
export async function hasGo(): Promise<boolean> {
  try {
    return (await new Deno.Command("go", { args: ["version"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    // deno-lint-ignore no-console -- a skipped test has to say why
    console.warn("skipped: Go is not installed, so compose-go cannot be asked");
    return false;
  }
}

async function digest(): Promise<string> {
  const texts = await Promise.all(INPUTS.map((name) => Deno.readTextFile(join(HERE, name))));
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(bytes).toHex().slice(0, 16);
}
