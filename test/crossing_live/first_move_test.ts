/** Who follows docs/first-move.md gets a verified move, and back: its commands are run as they stand there. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyTree } from "../ferry/crossing.ts";
import type { Image } from "../ferry/image.ts";
import { whyNoRealNode } from "../ferry/requirements.ts";
import type { Answer } from "../../lib/run/verify/answer.ts";
import { until } from "../guard/berth.ts";
import { erpImages } from "./first_move/erp_images.ts";
import { guideLines } from "./first_move/guide.ts";
import { harbourImages } from "./first_move/harbour_images.ts";
import { type Bases, makeBases } from "./first_move/images.ts";
import { type Machine, openMachine } from "./first_move/machine.ts";
import { withTraefikImage } from "./traefik_image.ts";

/** A stack that is moved by the guide. */
interface Moved {
  readonly name: string;
  readonly files: string;
  /** Of its Traefik. */
  readonly traefik: string;
  images(bases: Bases): readonly Image[] | Promise<readonly Image[]>;
  /** Brings it up in the engine, with something in its database. */
  start(machine: Machine): Promise<void>;
  /** A workload, and a variable of it by which its page becomes another one. */
  readonly plant: { readonly workload: string; readonly variable: string };
  /** Everything that is asked of both sides. */
  readonly questions: readonly string[];
}

const HARBOUR: Moved = {
  name: "harbour",
  files: fileURLToPath(new URL("../../examples/harbour", import.meta.url)),
  traefik: "docker.io/library/traefik:v2.11",
  images: harbourImages,
  start: async ({ stack, engine, compose }) => {
    await Deno.mkdir(join(stack, "data/content"), { recursive: true });
    await Deno.writeTextFile(join(stack, "data/content/index.html"), "the harbour\n");
    await compose("up", "--detach");
    const insert = "mariadb harbour -e \"INSERT INTO ship VALUES ('Pelican')\"";
    await until("there is a table", async () => {
      await engine.docker("exec", "faf-db", "sh", "-c", insert);
      return true;
    });
  },
  plant: { workload: "deployment/faf-website", variable: "TITLE=planted" },
  questions: [
    "https://api.harbour.localhost/",
    "https://content.harbour.localhost/",
    "https://harbour.localhost/",
    "https://harbour.localhost/guestbook",
    "https://login.harbour.localhost/",
    "https://traefik.harbour.localhost/",
    "https://www.harbour.localhost/",
    "tcp 3306 to faf-db:3306",
    "tcp 4444 to faf-ory-hydra:4444",
    "tcp 4445 to faf-ory-hydra:4445",
  ],
};

const FRAPPE = fileURLToPath(new URL("../../../shared/corpus/public-stacks/frappe", import.meta.url));
const PARTS = ["redis", "multi-bench", "mariadb-shared", "traefik"].map((name) =>
  `overrides/compose.${name}.yaml`
);

/** What its operator has written into \`.env\`. */
const FRAPPE_VARIABLES = `
COMPOSE_FILE=compose.yaml:${PARTS.join(":")}
PULL_POLICY=missing
DB_HOST=mariadb-database
DB_PORT=3306
ROUTER=erpnext-one
SITES_RULE=Host(\`erp.example.com\`)
TRAEFIK_DOMAIN=traefik.example.com
HASHED_PASSWORD='$apr1$K.4gp7RT$tj9R2jHh0D4Gb5o5fIAzm/'
`;

const ERP: Moved = {
  name: "erp",
  files: FRAPPE,
  traefik: "docker.io/library/traefik:v3.6",
  images: erpImages,
  start: async ({ stack, engine, compose }) => {
    const example = await Deno.readTextFile(join(stack, "example.env"));
    await Deno.writeTextFile(join(stack, ".env"), example + FRAPPE_VARIABLES);
    await compose("up", "--detach");
    await engine.docker("exec", "erp-backend-1", "bench", "new-site", "erp.example.com", "123");
  },
  plant: { workload: "deployment/frontend", variable: "BACKEND=websocket:9000" },
  questions: ["http://erp.example.com/", "http://traefik.example.com/"],
};

const why = await whyNoRealNode();

for (const moved of [HARBOUR, ERP]) {
  const lacking = why ?? (await isThere(moved.files) ? undefined : `there is no ${moved.files}`);
  Deno.test({
    name: `the guide moves "${moved.name}", verified, and back${
      lacking === undefined ? "" : ` (skipped: ${lacking})`
    }`,
    ignore: lacking !== undefined,
    fn: async (t) => {
      await using machine = await openFilledMachine(moved);
      await copyTree(moved.files, machine.stack);
      await moved.start(machine);
      await untilServed(machine, moved);
      const before = await answers(machine);
      const lines = await guideLines();
      const wayBack = lines.findIndex((line) => /^deno task rollback /.test(line));
      ok(wayBack > 0, "the guide has no way back");
      for (const [index, line] of lines.entries()) {
        if (index === wayBack) {
          await t.step("a planted difference is found", () => differs(machine, moved));
        }
        await t.step(line, async () => {
          const { code, stdout, stderr } = await machine.paste(line);
          report(stderr + stdout);
          equal(code, 0, stdout + stderr);
          if (/^deno task verify(?!.* -o )/.test(line)) isVerified(stdout, moved, line.includes("--against"));
        });
      }
      await t.step("Docker answers as before", async () => deepEqual(await answers(machine), before));
    },
  });
}

/** A port whose container has stopped is answered by one side, until it is compared with an earlier answer. */
function isVerified(table: string, { questions }: Moved, isAll: boolean): void {
  const asked = questions.filter((question) => isAll || !question.startsWith("tcp "));
  const alike = table.split("\n").filter((line) =>
    line.endsWith("the same") && asked.includes(line.split("  ")[0] ?? "")
  );
  equal(alike.length, asked.length, table);
  doesNotMatch(table, /differs|nobody answers/);
}

function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

function openFilledMachine(moved: Moved): Promise<Machine> {
  return withTraefikImage(report, async (traefik) => {
    const directory = await Deno.makeTempDir({ prefix: "first-move-" });
    try {
      const own = await moved.images(await makeBases(directory, report));
      return await openMachine(moved.name, [{ ...traefik, name: moved.traefik }, ...own], report);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** What Docker answers to each question. */
async function answers({ paste }: Machine): Promise<Readonly<Record<string, Answer>>> {
  const { stdout, stderr } = await paste("deno task verify --stack /opt/shop -o json");
  ok(stdout.startsWith("{"), stderr + stdout);
  const report = JSON.parse(stdout) as {
    readonly answers: readonly { readonly question: string; readonly old: Answer }[];
  };
  return Object.fromEntries(report.answers.map(({ question, old }) => [question, withoutCertificate(old)]));
}

/** The two Traefiks make their own here, and a new one now and then. */
function withoutCertificate({ certificate: _, ...answer }: Answer): Answer {
  return answer;
}

/** Until every question has an answer that stays: what starts is not asked for its first page. */
async function untilServed(machine: Machine, { questions }: Moved): Promise<void> {
  let last = "";
  await until("Docker serves all of it", async () => {
    const said = await answers(machine);
    deepEqual(Object.keys(said).sort(), questions.toSorted());
    const silent = Object.entries(said).filter(([, { silence }]) => silence !== undefined);
    if (silent.length > 0) throw new Error(JSON.stringify(silent));
    const now = JSON.stringify(said);
    const isSame = now === last;
    last = now;
    return isSame;
  });
}

/** `verify` has to see that a page is another one, and that it is the old one again. */
async function differs({ node, paste }: Machine, { name, plant }: Moved): Promise<void> {
  const { workload, variable } = plant;
  const set = async (text: string): Promise<void> => {
    await node.kubectl("-n", name, "set", "env", workload, text);
    await node.kubectl("-n", name, "rollout", "status", workload, "--timeout=120s");
  };
  const line = "deno task verify --stack /opt/shop --against before.json";
  await set(variable);
  const planted = await paste(line);
  equal(planted.code, 1, planted.stdout + planted.stderr);
  match(planted.stdout, /differs: .*body/);
  await set(`${variable.split("=")[0]}-`);
  await until("the page is the old one", async () => (await paste(line)).code === 0);
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text.trimEnd()}\n`));
}
