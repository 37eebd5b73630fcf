/** What a stack says is run by no shell: not in a script of a pod, and not in a line that is to be pasted. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { traefikDecisions } from "../../lib/decisions/traefik.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import { shellWord } from "../../lib/diagnostics/shell_word.ts";
import { yamlText, yamlWord } from "../../lib/diagnostics/yaml_word.ts";
import { preparation, timed } from "../../lib/kube/jobs/preparations.ts";
import { convertRouting } from "../../lib/kube/traefik/convert_routing.ts";
import { unexpanded } from "../../lib/kube/unexpanded.ts";
import { placeByName } from "../../lib/node/place.ts";
import { inUse, type SeenContainer, type Starting } from "../../lib/run/guard/in_use.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { parse } from "yaml";
import { projectOf } from "../traefik/stack_fixture.ts";
import { planTestStack } from "../cli/planned_stack.ts";

/** Each makes the file `pwned` where a shell takes it for more than a text. */
const WORDS = [
  "$(touch pwned)",
  "`touch pwned`",
  "x;touch pwned",
  "x'; touch pwned; '",
  'x"; touch pwned; "',
  "x\ntouch pwned\n",
  "x|touch pwned",
  "x&touch pwned",
  "x>pwned",
];

/** Programs that lines to paste begin with; here they do nothing. */
const PROGRAMS = ["docker", "kubectl", "deno", "env", "chown", "chmod", "cp", "nc", "sleep"];

/** Runs a script with real `sh`; whether it made the file, and what it said. */
async function run(directory: string, script: readonly string[]): Promise<string> {
  const { stderr } = await new Deno.Command("sh", {
    args: ["-c", ...script],
    cwd: directory,
    clearEnv: true,
    env: { PATH: `${directory}/bin:/usr/bin:/bin` },
    stdin: "null",
  }).output();
  const made = (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name))
    .filter((name) => name !== "bin");
  for (const name of made) await Deno.remove(join(directory, name), { recursive: true });
  return [...made, new TextDecoder().decode(stderr)].join(" ").trim();
}

async function inDirectory<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(join(directory, "bin"));
    for (const program of PROGRAMS) {
      await Deno.writeTextFile(join(directory, "bin", program), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    }
    return await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The command in a hint, as somebody would copy it. */
function pasted({ hint = "" }: Diagnostic): string[] {
  const line = /(?:^|[\s`(])((?:docker|kubectl|env -u|deno task) .*)$/s.exec(hint)?.[1];
  if (line === undefined) return [];
  const bare = line.replace(/\)$/, "").replace(/`;.*$/s, "").replace(/ \|\| .*$/, "");
  return [bare];
}

Deno.test("shellWord() gives a real shell the very text back", async () => {
  await inDirectory(async (directory) => {
    for (
      const word of [...WORDS, "", "~", "~root", "-x", "a b", "*", "ok/1.2:3", "#", "é", "a=b", "!x", "\\"]
    ) {
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `printf %s ${shellWord(word)}`],
        cwd: directory,
      }).output();
      assert.equal(new TextDecoder().decode(stdout), word);
    }
  });
});

Deno.test("yamlWord() and yamlText() are read back as the very text, as key and as value", () => {
  const words = [
    ...WORDS,
    "true",
    "no",
    "null",
    "1",
    "~",
    "{",
    "a: b",
    "# c",
    "*a",
    "&a",
    "\u202e",
    "a,b",
    "",
  ];
  for (const word of words) {
    assert.deepEqual(parse(`{ ${yamlWord(word)}: [${yamlWord(word)}, ${yamlText(word)}] }`), {
      [word]: [word, word],
    });
  }
});

Deno.test("unexpanded() is what a kubelet's expansion makes the text of again", () => {
  const expand = (text: string): string =>
    text.replace(/\$(?:\$|\(([^)]*)\))/g, (token, name) => name === undefined ? "$" : `<${token}>`);
  for (const text of ["$(A)", "$$(A)", "$$$(A)", "a$$b", "$", "$$", "$x", "x$(A)$$(B)$", "$$$$"]) {
    assert.equal(expand(unexpanded(text)), text);
  }
});

Deno.test("Traefik's init container takes no storage of ACME for a command, nor the chart for a template", async () => {
  await inDirectory(async (directory) => {
    for (const word of [...WORDS, "{{ lookup }}", "..", "$(NAME)", "-rf"]) {
      const resolver = (storage: string): object => ({ acme: { email: "a@b.c", storage, tlsChallenge: {} } });
      const text = JSON.stringify({
        certificatesResolvers: { one: resolver(`/x${word}`), two: resolver(`/certs/${word}`) },
      });
      const project = projectOf(new Map(), {});
      const { chartValues } = convertRouting(
        {
          routing: readRouting({
            project,
            exposedPorts: () => [],
            files: { static: { file: "traefik.yml", text }, dynamic: [] },
          }),
          project,
          namespace: "stack",
          decisions: traefikDecisions({}),
          secretFiles: new Map(),
        } as unknown as Parameters<typeof convertRouting>[0],
      );
      const values = chartValues as {
        deployment: { initContainers: { command: string[] }[] };
        additionalArguments: string[];
      };
      const script = values.deployment.initContainers[0]?.command.slice(2) ?? [];
      assert.match(script[0] ?? "", /chown/);
      // Its directory is not there, so that `touch` itself says so and ends it.
      assert.match(await run(directory, script), /^(touch: cannot touch '\/data\/[\w.-]+'.*)?$/, word);
      assert.doesNotMatch(JSON.stringify(values), /\{\{|"[^"]*\/data\/\.\./);
    }
  });
});

Deno.test("no hint about a stack runs what the stack says", async () => {
  await inDirectory(async (directory) => {
    for (const word of WORDS) {
      const compose = {
        services: {
          web: {
            image: `img${word}`,
            user: word,
            group_add: [word],
            secrets: [{ source: "s", target: "/t" }],
          },
        },
        secrets: { s: { external: true, name: word } },
      };
      const stack = join(directory, "bin", "stack");
      await Deno.mkdir(stack, { recursive: true });
      await Deno.writeTextFile(join(stack, "compose.yaml"), JSON.stringify(compose).replaceAll("$", "$$$$"));
      const { diagnostics } = await planTestStack({ directory: stack });
      const running = inUse([runningAs(word)], starting(), () => false, {
        severity: "error",
        doing: "would start",
      });
      const lines = [...diagnostics, ...running].flatMap(pasted);
      assert.ok(lines.some((line) => line.startsWith("docker run")), JSON.stringify(diagnostics));
      assert.ok(lines.some((line) => line.includes("docker compose")));
      for (const line of lines) assert.equal(await run(directory, [line]), "", line);
    }
  });
});

/** A container that never stops by itself, on the directory of the workload below. */
function runningAs(word: string): SeenContainer {
  const mount = { sources: ["/d"] };
  const container = {
    id: "a",
    name: word,
    project: word,
    service: word,
    state: "running",
    restart: "always",
    exitCode: 0,
    writes: [mount],
    ports: [],
    engine: { title: "Docker Engine", flags: "" },
  } as const;
  return { container, writes: [{ mount, places: [placeByName("/d")] }] };
}

function starting(): readonly Starting[] {
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" } };
  return [{ planned: { object }, places: [placeByName("/d")] }];
}

Deno.test("scripts of jobs are the same whatever is decided: what is decided comes as arguments and variables", async () => {
  const scripts = new Map<string, string>();
  for (const word of ["plain", ...WORDS.filter((each) => !each.includes("\n"))]) {
    for (const [name, script] of await jobScripts(word)) {
      assert.equal(script, scripts.get(name) ?? script, `${name} with ${word}`);
      scripts.set(name, script);
    }
  }
  assert.deepEqual([...scripts.keys()].sort(), [
    "backup-nightly",
    "broker-users",
    "login-call-load",
    "login-clients",
    "maria-users",
    "mongo-users",
    "postgres-users",
    "timer-hourly",
  ]);
});

/** The script of each job, by its name; all of them have names and texts from the decisions. */
async function jobScripts(word: string): Promise<Map<string, string>> {
  const compose = {
    services: Object.fromEntries(
      ["maria", "postgres", "mongo", "broker", "login"].map((name) => [
        name,
        { image: `${name}:1`, environment: { PASSWORD: "a" }, expose: ["80"] },
      ]),
    ),
  };
  const admin = (service: string): object => ({ user: word, password: `${service}.PASSWORD` });
  const server = (service: string, engine: string): object => ({
    engine,
    admin: admin(service),
    users: { [word]: { password: `${service}.PASSWORD` } },
    ...(engine === "mongodb" ? {} : { databases: { [word]: {} } }),
  });
  const decisions = {
    databases: {
      maria: server("maria", "mariadb"),
      postgres: server("postgres", "postgres"),
      mongo: {
        engine: "mongodb",
        admin: admin("mongo"),
        users: { [word]: { password: "mongo.PASSWORD", database: word, roles: [{ role: word }] } },
      },
    },
    brokers: {
      broker: {
        engine: "rabbitmq",
        admin: admin("broker"),
        users: { [word]: { password: "broker.PASSWORD", permissions: { [word]: {} } } },
      },
    },
    identity: {
      login: {
        engine: "hydra",
        clients: { one: { name: word, secret: "login.PASSWORD", redirectUris: ["http://a.example"] } },
      },
    },
    calls: { login: { load: { path: "/x", port: 80, variables: {} } } },
    backups: {
      nightly: { service: "maria", schedule: "0 1 * * *", directory: `/b/${word}`, databases: [word] },
    },
    timers: { hourly: { service: "postgres", schedule: "0 * * * *", database: word, sql: word } },
  };
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), JSON.stringify(compose));
    const converted = await planTestStack({ directory, decisions: JSON.stringify(decisions) });
    const made = [
      timed(converted.conversion, converted.decisions),
      ...["maria", "postgres", "mongo", "broker", "login"].flatMap((service) =>
        (["users", "clients", "calls"] as const).map((purpose) =>
          preparation(purpose, converted.conversion, converted.decisions, service)
        )
      ),
    ];
    assert.deepEqual(made.flatMap(({ findings }) => findings.map(({ message }) => message)), []);
    const found = made.flatMap(({ objects }) => objects).map(({ object }) => object);
    return new Map(found.flatMap((object) => {
      const args = /"command":\["\/bin\/sh","-c"\],"args":\[("(?:\\.|[^"\\])*")/.exec(JSON.stringify(object));
      return args === null ? [] : [[object.metadata.name, args[1] ?? ""] as const];
    }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
