/** The one file of `deno task build`, in an empty folder: it works, and calls itself by its own name. */
import { doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../../release/build.ts", import.meta.url));

async function run(folder: string, ...args: readonly string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", ...args],
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache/deno"),
      NO_COLOR: "1",
    },
  }).output();
  const text = new TextDecoder();
  return { code, said: text.decode(stdout) + text.decode(stderr) };
}

Deno.test("a release says what to do by its own name, and makes a page of the example that it carries", async () => {
  const folder = await Deno.makeTempDir({ prefix: "release-" });
  try {
    const file = join(folder, "compose-ferry.js");
    const built = await run(folder, BUILD, "--to", file);
    equal(built.code, 0, built.said);
    const said: string[] = [];
    for (
      const args of [
        ["--help"],
        ["migrate", "--help"],
        ["cluster", "kubeconfig", "--help"],
        ["check"],
        ["explain", "cluster-forbidden"],
        ["man", "completions"],
        ["completions", "bash"],
        ["report"],
      ]
    ) {
      const { code, said: words } = await run(folder, file, ...args);
      equal(code, 0, `${args.join(" ")}: ${words}`);
      said.push(words);
    }
    const all = said.join("\n");
    doesNotMatch(all, /deno task/);
    match(all, /compose-ferry migrate --stack \/opt\/shop/);
    match(all, /compose-ferry rbac/);
    match(await Deno.readTextFile(join(folder, "report.html")), /"project":"harbour"/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
