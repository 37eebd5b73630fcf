/** What is done after a start of Docker while a stack is half moved, with programs that say how they were called. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../release/half_moved.sh", import.meta.url));

/** An engine with these helpers, and an address that is there from the third time on that somebody asks. */
async function called(helpers: readonly string[]): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir();
  const program = async (name: string, text: string): Promise<void> => {
    await Deno.writeTextFile(join(directory, name), `#!/bin/sh\necho "${name} $*" >> "$LOG"\n${text}`);
    await Deno.chmod(join(directory, name), 0o755);
  };
  await program(
    "docker",
    `case "$1" in
  ps) for name in ${helpers.join(" ")}; do echo $name; done ;;
  inspect) case "$3" in *HostIp*) echo 10.42.0.1 ;; *) echo traefik:v3.6 ;; esac ;;
esac
`,
  );
  await program(
    "ip",
    `[ "$(grep -c '^ip' "$LOG")" -lt 3 ] || echo "5: cni0 inet 10.42.0.1/24 brd 10.42.0.255"\n`,
  );
  await program("sleep", "");
  const log = join(directory, "log");
  const { success, stderr } = await new Deno.Command("sh", {
    args: [SCRIPT],
    env: { PATH: `${directory}:${Deno.env.get("PATH")}`, LOG: log },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const lines = (await Deno.readTextFile(log)).trim().split("\n");
  await Deno.remove(directory, { recursive: true });
  return lines.filter((line) => !/^docker (ps|inspect|info)/.test(line));
}

Deno.test("gates are started when the bridge is there, and Traefik is made to look by a container of its image", async () => {
  assert.deepEqual(await called(["gate", "stand-in"]), [
    "ip -o address",
    "sleep 1",
    "ip -o address",
    "sleep 1",
    "ip -o address",
    "docker start gate stand-in",
    "sleep 10",
    "docker run --rm --network none --label traefik.enable=false --entrypoint traefik traefik:v3.6 version",
  ]);
});

Deno.test("where nothing is half moved, nothing is done", async () => {
  assert.deepEqual(await called([]), []);
});
