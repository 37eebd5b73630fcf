/** A command that is named as the next one does what it says when it is pasted into a shell. */
import { equal, match, ok } from "node:assert/strict";
import { withFiles } from "../cli/in_process.ts";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { writeDeno } from "../pictures/deno_in_path.ts";

/** Flags as somebody types them; what is quoted has to be so again. */
const FLAGS =
  `--stack 'our shop' -f base.yaml -f "it's more.yaml" --decisions 'our shop/our own.yaml' --embedded`;

const nextIn = (text: string): string | undefined => /Next: (deno task .*)/.exec(text)?.[1];

Deno.test("every command that is named as the next one works when it is pasted", () =>
  withCluster((cluster) => {
    const namespace = `${cluster.prefix}-next`;
    const files = {
      "our shop/base.yaml": "services:\n  web: { image: 'nginx:1.27.2', expose: [80] }\n",
      "our shop/it's more.yaml": "services:\n  api: { image: 'nginx:1.27.2', expose: [80] }\n",
      "our shop/our own.yaml": `namespace: ${namespace}\nengine: none\n`,
    };
    return withFiles(files, async (directory) => {
      await writeDeno(directory);
      const paste = async (line: string): Promise<string> => {
        const { code, stdout, stderr } = await new Deno.Command("bash", {
          args: ["-c", line],
          cwd: directory,
          stdin: "null",
          env: {
            ...cluster.env,
            PATH: `${directory}:${Deno.env.get("PATH") ?? ""}`,
            INIT_CWD: directory,
            KUBECONFIG: "",
            NO_COLOR: "1",
          },
        }).output();
        const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
        equal(code, 0, `${line}\n${said}`);
        match(said, new RegExp(`namespace "?${namespace}`), line);
        return said;
      };
      /** The commands one after the other, each as the one before names it. */
      const follow = async (line: string, ...wanted: readonly RegExp[]): Promise<void> => {
        let said = await paste(`deno task ${line} ${FLAGS}`);
        for (const pattern of wanted) {
          const next = nextIn(said);
          ok(next !== undefined, said);
          match(next, pattern);
          said = await paste(next);
        }
      };
      await follow("migrate --dry-run --to 030", /migrate .*--to 030$/, /task status /, /migrate --dry-run /);
      await follow("migrate", /task status /);
      await follow(
        "rollback --to 030 --dry-run",
        /task rollback --to 030 /,
        /task status /,
      );
      await follow("migrate", /task status /);
      await Deno.writeTextFile(`${directory}/our shop/it's more.yaml`, "services: {}\n");
      await follow("prune --dry-run", /task prune /, /task status /);
    });
  }));
