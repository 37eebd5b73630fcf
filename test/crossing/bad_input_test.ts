/** What a user gets wrong: each ends with a message, its place, a hint and the right exit code, and no stack trace. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { type Ended, ferry, runFerry } from "./ferry.ts";
import { removeVolumes } from "./seen.ts";
import { exampleStack } from "./stacks.ts";

interface Case {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly code: number;
  readonly says: readonly RegExp[];
}

const WEB = "services:\n  web:\n    image: nginx:1.27\n";
const DEAD = `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:9" } }]
users: [{ name: u, user: { token: t0k3n } }]
contexts: [{ name: prod, context: { cluster: c, user: u } }]
current-context: prod
`;
const DECIDED = "services: { web: { migration: applications, ports: [80] } }\n";

const CASES: readonly Case[] = [
  {
    name: "a stack that is not there",
    args: ["migrate", "--stack", "nowhere"],
    code: 3,
    says: [/error\[compose-no-file\]/, /nowhere/, /hint/],
  },
  {
    name: "broken YAML",
    files: { "compose.yaml": "services:\n  web:\n    image: nginx\n   ports: [80]\n" },
    args: ["migrate", "--stack", "."],
    code: 3,
    says: [/compose\.yaml:4:\d+/, /ports: \[80\]/],
  },
  {
    name: "a required variable, an unknown key and a missing env_file at once",
    files: {
      "compose.yaml":
        `${WEB}    environment: { A: "\${NEED:?the domain}" }\n    prots: []\n    env_file: gone.env\n`,
    },
    args: ["check", "--stack", "."],
    code: 3,
    says: [/compose\.yaml:4:\d+/, /NEED/, /compose\.yaml:5:5/, /[Dd]id you mean "ports"/, /gone\.env/],
  },
  {
    name: "a cluster that cannot be used, beside what the stack has to say",
    files: {
      "compose.yaml": `${WEB}    hostname: a.b\n    volumes: ["./data:/var/lib/data"]\n`,
      "decisions.yaml": DECIDED,
    },
    args: ["check", "--stack", ".", "--kubeconfig", "nowhere.yaml"],
    code: 4,
    says: [/error\[cluster-kubeconfig-unreadable\].*nowhere\.yaml/, /compose\.yaml:5:\d+/],
  },
  {
    name: "a bind source that is not there",
    files: {
      "compose.yaml":
        `${WEB}    volumes: [{ type: bind, source: ./site.conf, target: /etc/nginx/site.conf, ` +
        "bind: { create_host_path: false } }]\n",
      "decisions.yaml": DECIDED,
    },
    args: ["migrate", "--stack", "."],
    code: 3,
    says: [/compose\.yaml:4:\d+/, /site\.conf/, /hint/],
  },
  {
    name: "a service that no migration takes",
    files: { "compose.yaml": WEB, "decisions.yaml": "services: { web: { migration: storage } }\n" },
    args: ["migrate", "--stack", "."],
    code: 3,
    says: [/plan-service-unclaimed/, /compose\.yaml:2:3/, /migration: applications/],
  },
  {
    name: "a decision that is misspelt",
    files: { "compose.yaml": WEB, "decisions.yaml": "namespcae: web\n" },
    args: ["check", "--stack", "."],
    code: 3,
    says: [/decisions\.yaml:1:1/, /[Dd]id you mean "namespace"/],
  },
  {
    name: "an unknown flag",
    args: ["migrate", "--dry-rn"],
    code: 2,
    says: [/--dry-rn/, /Did you mean --dry-run/],
  },
  { name: "an unknown command", args: ["migrte"], code: 2, says: [/Did you mean migrate/] },
  {
    name: "a duration that is none",
    args: ["migrate", "--lock-timeout", "soon"],
    code: 2,
    says: [/--lock-timeout/, /soon/],
  },
  {
    name: "a kubeconfig that is not there",
    args: ["status", "--kubeconfig", "nowhere"],
    code: 4,
    says: [/nowhere/, /hint/],
  },
  {
    name: "an unknown context",
    files: { kubeconfig: DEAD },
    args: ["status", "--kubeconfig", "kubeconfig", "--context", "prodd"],
    code: 4,
    says: [/Did you mean "prod"/],
  },
  {
    name: "a server that is dead, when reading",
    files: { kubeconfig: DEAD },
    args: ["status", "--kubeconfig", "kubeconfig"],
    code: 4,
    says: [/127\.0\.0\.1:9/, /hint/],
  },
  {
    name: "a server that is dead, when writing",
    files: { kubeconfig: DEAD },
    args: ["migrate", "--kubeconfig", "kubeconfig", "--yes"],
    code: 4,
    says: [/context "prod"/, /127\.0\.0\.1:9/],
  },
  {
    name: "a real cluster and nobody to confirm",
    files: { kubeconfig: DEAD },
    args: ["migrate", "--kubeconfig", "kubeconfig"],
    code: 2,
    says: [/--yes/, /prod/],
  },
];

/** A message and no stack trace; the token of the kubeconfig appears nowhere. */
function assertMessage({ out, err }: Ended, says: readonly RegExp[]): void {
  const text = out + err;
  for (const pattern of says) assert.match(text, pattern);
  assert.doesNotMatch(text, /^\s+at .*\.ts:\d+/m, "a stack trace");
  assert.doesNotMatch(text, /t0k3n/);
}

for (const { name, files, args, code, says } of CASES) {
  Deno.test(`bad input: ${name}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "ferry-bad-" });
    try {
      for (const [file, text] of Object.entries(files ?? {})) {
        await Deno.writeTextFile(join(directory, file), text);
      }
      const ended = await runFerry(args, { directory });
      assertMessage(ended, says);
      assert.equal(ended.code, code, ended.err);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("bad input: a token that is not valid any more", async () => {
  await withCluster(async (cluster) => {
    const kubeconfig = await Deno.makeTempFile();
    try {
      const text = await Deno.readTextFile(cluster.kubeconfigPath);
      const expired = text.replace(/("?token"?:\s*)"?[^"\s,}]+"?/, '$1"t0k3n"');
      assert.notEqual(expired, text);
      await Deno.writeTextFile(kubeconfig, expired);
      for (const args of [["status"], ["migrate", "--yes"], ["migrate", "--dry-run"]]) {
        const ended = await runFerry([...args, "--kubeconfig", kubeconfig]);
        assertMessage(ended, [/cluster-unauthorized/, /hint/]);
        assert.equal(ended.code, 4, ended.err);
      }
    } finally {
      await Deno.remove(kubeconfig);
    }
  });
});

Deno.test("Ctrl-C in the middle ends with 130 and says how to go on; the next run finishes", async () => {
  await withCluster(async (cluster) => {
    await using stack = await exampleStack(cluster.prefix);
    const ended = await interrupted(["migrate", ...stack.flags, "--yes", "-o", "json"], cluster);
    assert.equal(ended.code, 130, ended.err);
    assertMessage(ended, [/continues where it stopped/]);
    const again = await runFerry(["migrate", ...stack.flags, "--yes"], { cluster });
    assert.equal(again.code, 0, again.err);
    await removeVolumes(cluster);
  });
});

/** Sends SIGINT as soon as the second migration has started. */
async function interrupted(args: readonly string[], cluster: TestCluster): Promise<Ended> {
  const child = ferry(args, { cluster });
  const err = new Response(child.stderr).text();
  let out = "";
  let isSent = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    out += chunk;
    if (isSent || !out.includes('"id":"030_configuration"')) continue;
    child.kill("SIGINT");
    isSent = true;
  }
  const { code } = await child.status;
  return { code, out, err: await err };
}
