/** The commands of README and docs are run, on the bundled example and with no API server: none of them is a wrong one. */
import { deepEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import configuration from "../../deno.json" with { type: "json" };
import { ExitCode } from "../../lib/diagnostics/exit_code.ts";
import { told, withFiles } from "./in_process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HARBOUR = join(ROOT, "examples/harbour");

/** Names of files that are somebody's own: what the example has in their place, or nothing. */
const INSTEAD: Readonly<Record<string, string | undefined>> = {
  "--stack": HARBOUR,
  "--stacks": join(ROOT, "examples"),
  "-f": undefined,
  "--profile": undefined,
  "--context": undefined,
  "--traefik": undefined,
  "--chart": undefined,
  "--host-file": undefined,
  "--answers": undefined,
};

/** What a run in this process cannot have. */
const NOT_HERE = /^(cluster|secrets set|secrets rotate|unlock)\b/;

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: none
contexts: [{ name: none, context: { cluster: none, user: none } }]
clusters: [{ name: none, cluster: { server: "http://127.0.0.1:1" } }]
users: [{ name: none, user: {} }]
`;

const VERIFIED = `{ "type": "verify", "askedAt": "2026-01-01T00:00:00Z", "answers": [] }`;

/** Lines of shell in a page, those that go on joined, without comments. */
function shellLines(text: string): readonly string[] {
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block = ""]) =>
    block.replaceAll(/\\\n\s*/g, " ").split("\n").map((line) => line.replace(/\s+#\s.*$/, "").trim())
  );
}

/** `migrate --stack /opt/shop` for a task of the program; what follows a pipe or a redirection is the shell's. */
function commandOf(line: string): string | undefined {
  return /(?:^|[\s(])deno(?:@[\d.]+)? task (?:-q )?([^|<>)]+)/.exec(line)?.[1]?.trim();
}

function onExample(command: string): readonly string[] {
  const words = command.split(/\s+/);
  return words.flatMap((word, index) => {
    const before = words[index - 1] ?? "";
    // The machine itself, as `k3s --to /` has it, is not written to.
    if (before === "--to" && word === "/") return ["node"];
    if (word in INSTEAD) return INSTEAD[word] === undefined ? [] : [word];
    return before in INSTEAD ? INSTEAD[before] ?? [] : [word];
  });
}

async function commands(): Promise<readonly (readonly [page: string, command: string])[]> {
  const pages = ["README.md"];
  for await (const { name } of Deno.readDir(join(ROOT, "docs"))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  const texts = await Promise.all(pages.map((page) => Deno.readTextFile(join(ROOT, page))));
  return pages.flatMap((page, index) =>
    shellLines(texts[index] ?? "").flatMap((line) => {
      const command = commandOf(line);
      return command === undefined ? [] : [[page, command] as const];
    })
  );
}

Deno.test("every command of README and docs is one that the program has, with flags that it takes", async () => {
  const all = await commands();
  ok(all.length > 50, `only ${all.length} commands were seen`);
  const wrong: string[] = [];
  const done = new Set<string>();
  const files = { kubeconfig: KUBECONFIG, "before.json": VERIFIED, "after.json": VERIFIED };
  await withFiles(files, async (directory) => {
    for (const [page, command] of all) {
      const [task = ""] = command.split(" ");
      const tasks: Readonly<Record<string, { readonly command: string }>> = configuration.tasks;
      const line = tasks[task]?.command;
      if (line === undefined) wrong.push(`${page}: there is no task "${task}"`);
      if (!line?.includes(" main.ts ") || NOT_HERE.test(command) || done.has(command)) continue;
      done.add(command);
      const { code, err } = await told(directory, onExample(command), {
        answer: true,
        lines: ["q"],
        environment: {
          KUBECONFIG: join(directory, "kubeconfig"),
          DOCKER_HOST: "unix:///none",
          HOME: directory,
        },
      });
      const expected: readonly number[] = [ExitCode.ok, ExitCode.failed, ExitCode.cluster];
      if (!expected.includes(code) || err.includes("This is a bug")) {
        wrong.push(`${page}: ${command}: ${code} ${err}`);
      }
    }
  });
  deepEqual(wrong, []);
});
