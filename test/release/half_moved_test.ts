/** What is done after a start of Docker while a stack is half moved, with programs that say how they were called. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../release/half_moved.sh", import.meta.url));

/** What was called, but for looks, and what was said. */
interface Called {
  readonly lines: readonly string[];
  readonly said: string;
  readonly code: number;
}

/**
 * An engine with these helpers, bound to the bridge of the pods or to every address of the machine.
 *
 * @param cameAt the address is there when somebody asks so often
 * @param broken does not start
 */
async function called(helpers: readonly string[], cameAt = 3, broken = "none"): Promise<Called> {
  const directory = await Deno.makeTempDir();
  const program = async (name: string, text: string): Promise<void> => {
    await Deno.writeTextFile(join(directory, name), `#!/bin/sh\necho "${name} $*" >> "$LOG"\n${text}`);
    await Deno.chmod(join(directory, name), 0o755);
  };
  await program(
    "docker",
    `case "$1" in
  ps) for name in ${helpers.join(" ")}; do echo $name; done ;;
  inspect) case "$3" in *HostIp*) echo 0.0.0.0 10.42.0.1 :: ;; *) echo traefik:v3.6 ;; esac ;;
  start) [ "$2" != ${broken} ] ;;
esac
`,
  );
  await program(
    "ip",
    `[ "$(grep -c '^ip' "$LOG")" -lt ${cameAt} ] || echo "5: cni0 inet 10.42.0.1/24 brd 10.42.0.255"\n`,
  );
  await program("sleep", "");
  const log = join(directory, "log");
  const { code, stderr } = await new Deno.Command("sh", {
    args: [SCRIPT],
    env: { PATH: `${directory}:${Deno.env.get("PATH")}`, LOG: log, WAIT_SECONDS: "5" },
  }).output();
  const lines = (await Deno.readTextFile(log)).trim().split("\n");
  await Deno.remove(directory, { recursive: true });
  return {
    lines: lines.filter((line) => !/^docker (ps|inspect|info)/.test(line)),
    said: new TextDecoder().decode(stderr),
    code,
  };
}

const NUDGE = [
  "sleep 10",
  "docker run --rm --network none --label traefik.enable=false --entrypoint traefik traefik:v3.6 version",
];

Deno.test("gates are started when the bridge is there, and Traefik is made to look by a container of its image", async () => {
  assert.deepEqual(await called(["gate", "stand-in"]), {
    lines: [
      "ip -o address",
      "sleep 1",
      "ip -o address",
      "sleep 1",
      "ip -o address",
      "docker start gate",
      "docker start stand-in",
      ...NUDGE,
    ],
    said: "",
    code: 0,
  });
});

Deno.test("an address that does not come is said, and waited for no longer", async () => {
  const { lines, said, code } = await called(["gate", "stand-in"], 1_000);
  assert.match(said, /no address 10\.42\.0\.1/);
  assert.deepEqual(lines.filter((line) => line === "sleep 1").length, 5);
  assert.deepEqual(lines.slice(-4), ["docker start gate", "docker start stand-in", ...NUDGE]);
  assert.equal(code, 1);
});

Deno.test("what does not start keeps no other from starting, nor Traefik from looking", async () => {
  const { lines, said, code } = await called(["gate", "stand-in"], 1, "gate");
  assert.match(said, /gate does not start/);
  assert.deepEqual(lines.slice(-3), ["docker start stand-in", ...NUDGE]);
  assert.equal(code, 1);
});

Deno.test("where nothing is half moved, nothing is done", async () => {
  assert.deepEqual(await called([]), { lines: [], said: "", code: 0 });
});
