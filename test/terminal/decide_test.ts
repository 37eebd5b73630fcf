/** `decide` as somebody at a keyboard: in a real terminal, key by key, and then the command that it names. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { ROOT, writeDeno } from "../pictures/deno_in_path.ts";
import { Tmux } from "../pictures/tmux.ts";
import { STACKS } from "./stacks.ts";

const CORPUS = join(ROOT, "../shared/corpus/public-stacks");

/** What is typed and where: at question 1 or at the blank `UID`. */
type Keys = readonly (readonly [at: number | string, line: string])[];

/** What is typed for a stack of `STACKS`, and what its decisions have then; of `accepted` the codes. */
const SCRIPTS: Readonly<Record<string, { readonly keys: Keys; readonly decided: unknown }>> = {
  "a-shop-built-here": {
    // What is decided of one image leaves the question of the other.
    keys: [[1, "2"], ["REGISTRY/NAME:TAG", "registry.example/shop:7"], [2, ""]],
    decided: { services: { web: { image: "registry.example/shop:7" } }, accepted: ["kube-image-local"] },
  },
  "films-with-a-card": {
    keys: [[1, "3"], ["RESOURCE", "example.org/dri"], ["RESOURCE_2", "example.org/kvm"], [2, ""]],
    decided: {
      services: { films: { devices: { "/dev/dri": "example.org/dri", "/dev/kvm": "example.org/kvm" } } },
      accepted: ["kube-system-path"],
    },
  },
  "names-at-home": {
    keys: [[1, "2"]],
    decided: { services: { resolver: { dns: "servers" } } },
  },
  "behind-traefik": {
    keys: [[1, ""], [2, "2"], ["PORT", "http"], [2, "2"], ["PORT", "3000"]],
    decided: { services: { chat: { ports: [3000] } }, accepted: ["traefik-port-assumed"] },
  },
  "jobs-by-labels": {
    keys: [[1, "1"], [2, ""]],
    decided: { accepted: ["kube-schedule-left-out", "kube-engine-labels"] },
  },
  "a-share": {
    keys: [[1, "2"], ["/mnt/SHARE", "/mnt/share"]],
    decided: { storage: { share: { path: "/mnt/share" } } },
  },
  "users-by-name": {
    keys: [
      ...[[1, "2"], ["UID", "1000"], [2, ""], [3, "s"], [4, "b"]] as const,
      ...[[3, "2"], [4, "2"], ["UID", "10"], ["GID", "20"]] as const,
    ],
    decided: {
      users: { api: 1000, loader: 10, data: 20 },
      accepted: ["kube-group-unknown"],
      services: { loader: { kind: "Job" } },
    },
  },
  "talks-to-the-host": {
    keys: [
      ...[[1, "2"], ["ADDRESS", "10.0.0.5"], [2, ""]] as const,
      ...[[3, "services: { probe: { command: [/probe] } }"], [4, "2"]] as const,
    ],
    decided: {
      hostGateway: "10.0.0.5",
      accepted: ["kube-hook-left-out"],
      services: { probe: { command: ["/probe"], seccompProfile: "profile.json" } },
    },
  },
  "measures-everything": { keys: [[1, ""]], decided: { accepted: ["kube-one-shot-unclear"] } },
  "decided-by-hand": {
    keys: [[1, ""], [2, "2"]],
    decided: {
      namespace: "by-hand",
      services: { web: { startupSeconds: 30 } },
      accepted: ["kube-image-local"],
      storage: { "/dev/dri": { kind: "hostPath" } },
    },
  },
};

/** Of the shared corpus, where it is: those with most questions, all answered with Enter. */
const PUBLIC = [
  "awesome-wasmedge-kafka-mysql",
  "haxxnet-raveberry",
  "haxxnet-wireguard",
  "haxxnet-vaultwarden",
];

const PROMPT = /\n\$ *\n*$/;
const AT_END = /\nWrite \d+ answers?\? \[Y, b, q\] *\n*$/;
const ASKED = /Question (\d+) of \d+(?: so far)?\n(?![^]*Question \d)[^]*\nAnswer \[1\]: *\n*$/;

/** Waits until that is asked. */
function asked(at: number | string): RegExp {
  return typeof at === "number"
    ? new RegExp(ASKED.source.replace("(\\d+)", String(at)))
    : new RegExp(`\\n${at}: *\\n*$`);
}

/** Answers, leaves, and pastes the next command; the exit code of that. */
async function atKeyboard(terminal: Tmux, stack: string, keys: Keys | undefined): Promise<number> {
  await terminal.clear();
  await terminal.type(`deno task decide --stack ${stack}`);
  for (const [at, line] of keys ?? []) {
    await terminal.until(asked(at));
    await terminal.type(line);
  }
  for (let number = 1; keys === undefined; number++) {
    await terminal.until(new RegExp(`${asked(number).source}|${AT_END.source}`));
    if (AT_END.test(await terminal.plain())) break;
    await terminal.type("");
  }
  await terminal.until(AT_END);
  await terminal.type("");
  await terminal.until(PROMPT);
  const next = /^Next: (deno task check --strict .*)$/m.exec(await terminal.plain())?.[1];
  ok(next !== undefined, await terminal.plain());
  await terminal.clear();
  await terminal.type(`${next} >/dev/null; echo "It ended with $?"`);
  await terminal.until(/^It ended with \d/m);
  return Number(/^It ended with (\d+)$/m.exec(await terminal.plain())?.[1]);
}

/** What is decided there; of what is accepted the codes. */
async function decidedIn(stack: string): Promise<unknown> {
  const { accepted, ...rest } = parse(await Deno.readTextFile(join(stack, "decisions.yaml")));
  if (accepted === undefined) return rest;
  return { ...rest, accepted: Object.keys(accepted).map((id) => id.split(" ")[0]) };
}

async function copyStack(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyStack(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

async function inTerminal(work: (terminal: Tmux, home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "keyboard-" });
  try {
    await writeDeno(home);
    await using terminal = await Tmux.start(120, 70, { INIT_CWD: home, KUBECONFIG: "", NO_COLOR: "1" });
    await terminal.type(`PATH=${home}:$PATH; cd ${home}`);
    await work(terminal, home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const hasTmux = await Tmux.isHere();

Deno.test({
  name: "ten stacks are decided at a keyboard, and check --strict has nothing against any of them",
  ignore: !hasTmux,
  fn: async () => {
    deepEqual(Object.keys(SCRIPTS).toSorted(), Object.keys(STACKS).toSorted());
    equal(Object.keys(SCRIPTS).length, 10);
    await inTerminal(async (terminal, home) => {
      for (const [stack, { keys, decided }] of Object.entries(SCRIPTS)) {
        const before = STACKS[stack]?.["decisions.yaml"] ?? "";
        for (const [name, text] of Object.entries(STACKS[stack] ?? {})) {
          await Deno.mkdir(dirname(join(home, stack, name)), { recursive: true });
          await Deno.writeTextFile(join(home, stack, name), text);
        }
        equal(await atKeyboard(terminal, stack, keys), 0, `${stack}: ${await terminal.plain()}`);
        deepEqual(await decidedIn(join(home, stack)), decided, stack);
        ok((await Deno.readTextFile(join(home, stack, "decisions.yaml"))).startsWith(before), stack);
      }
    });
  },
});

Deno.test({
  name: "stacks that people have published are decided with Enter alone",
  ignore: !hasTmux || !existsSync(CORPUS),
  fn: () =>
    inTerminal(async (terminal, home) => {
      for (const stack of PUBLIC) {
        await copyStack(join(CORPUS, stack), join(home, stack));
        equal(await atKeyboard(terminal, stack, undefined), 0, `${stack}: ${await terminal.plain()}`);
      }
    }),
});
