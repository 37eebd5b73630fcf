/** Runs the command line in this process, with a terminal that remembers, and no cluster. */
import { fileURLToPath } from "node:url";
import { runProgram } from "../../lib/cli/program.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

/** How a command ended and what it wrote. */
export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Circumstances {
  readonly environment?: Readonly<Record<string, string>>;
  /** What the user answers; nobody is there without it. */
  readonly answer?: boolean;
  /** The lines that the user types, one for each question; then the terminal is gone. */
  readonly lines?: readonly string[];
  readonly now?: Date;
  /** Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Whether the terminal has colours. */
  readonly colour?: boolean;
  /** The program's own folder, with migrations and example. */
  readonly home?: string;
}

/** @param directory where the user is */
export async function told(
  directory: string,
  args: readonly string[],
  {
    environment = {},
    answer,
    lines,
    signal = new AbortController().signal,
    now = new Date(),
    home = HOME,
    colour = false,
  }: Circumstances = {},
): Promise<Told> {
  let [out, err] = ["", ""];
  const typed = [...lines ?? []];
  const code = await runProgram(args, {
    environment,
    directory,
    home,
    user: "tester@here",
    now: () => now,
    signal,
    embedded: () => Promise.reject(new Error("No cluster is asked for")),
    input: {
      isTerminal: false,
      read: () => Promise.reject(new Error("No input is asked for")),
      hidden: () => undefined,
    },
    random: () => {
      throw new Error("No chance is asked for");
    },
    terminal: () => ({
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      redraw: (_, text) => {
        err += text;
      },
      outIsTerminal: false,
      errIsTerminal: false,
      canRedraw: false,
      outColour: colour,
      errColour: colour,
      columns: 100,
      directory,
      canAsk: answer !== undefined || lines !== undefined,
      confirm: () => answer,
      ask: (question) => {
        err += question;
        return typed.shift();
      },
    }),
  }, "0.0.0");
  return { code, out, err };
}

/** A folder with these files, gone at the end. A name that ends in a slash is an empty folder. */
export async function withFiles(
  files: Readonly<Record<string, string>>,
  body: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "stack-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${directory}/${name}`;
      await Deno.mkdir(name.endsWith("/") ? path : path.slice(0, path.lastIndexOf("/")), { recursive: true });
      if (!name.endsWith("/")) await Deno.writeTextFile(path, text);
    }
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Every file below a folder with its mode and its text, links with their target. */
export async function treeOf(directory: string, below = ""): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(`${directory}/${below}`)) {
    const path = below === "" ? name : `${below}/${name}`;
    const full = `${directory}/${path}`;
    if (isSymlink) tree[path] = `-> ${await Deno.readLink(full)}`;
    else if (isDirectory) Object.assign(tree, await treeOf(directory, path));
    else {tree[path] = `${((await Deno.stat(full)).mode ?? 0 & 0o777).toString(8).slice(-3)} ${await Deno
        .readTextFile(full)}`;}
  }
  return tree;
}
