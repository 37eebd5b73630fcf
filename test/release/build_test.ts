/** The one file of `deno task build`, in an empty folder: it works, and calls itself by its own name. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
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
    const whole = await Deno.readFile(file);
    const cache = join(folder, ".cache/compose-ferry");
    for await (const { name } of Deno.readDir(cache)) {
      await Deno.remove(join(cache, name), { recursive: true });
    }
    for (const share of [0.3, 0.7, 0.999]) {
      await Deno.writeFile(file, whole.subarray(0, Math.floor(whole.length * share)));
      const cut = await run(folder, file, "check");
      equal(cut.code, 1, cut.said);
      match(cut.said, /^error: \S+compose-ferry\.js is not whole: .*\n {2}hint: Copy or load it again\n$/);
    }
    deepEqual(await Array.fromAsync(Deno.readDir(cache)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
