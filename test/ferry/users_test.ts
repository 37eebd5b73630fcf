/** The users' Jobs as pods of a real node, against real servers: twice, half made, and with changed passwords. */
import { deepEqual, equal, match, notDeepEqual } from "node:assert/strict";
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { type Crossing, prepareCrossing } from "./crossing.ts";
import { debianRoot } from "./debian.ts";
import { WAITING } from "./images.ts";
import { startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";
import { SERVER_PACKAGES, serverImages } from "./servers.ts";

/** The name of every user and database, as `decisions.yaml` has it; and as a word for a shell. */
const NAME = "it's 100%/a";
const WORD = `"${NAME}"`;

const MARIADB = `mariadb -h faf-db -u ${WORD} "-p$DB_PASSWORD" -N -e "SELECT CURRENT_USER()" ${WORD}`;
const POSTGRES =
  `PGPASSWORD="$WIKI_PASSWORD" psql -h postgres-wikijs -U ${WORD} -d ${WORD} -Atc "SELECT current_user"`;

/** What leaves each server with half of what it shall have. */
const HALVED: readonly (readonly [string, string])[] = [
  [
    "faf-db-0",
    `mariadb -e "REVOKE ALL, GRANT OPTION FROM \\"${NAME}\\"@'%'; ALTER USER \\"${NAME}\\"@'%' IDENTIFIED BY 'else'"`,
  ],
  [
    "postgres-wikijs-0",
    `PGPASSWORD="$POSTGRES_PASSWORD" psql -h 127.0.0.1 -U wiki -d postgres -qc 'ALTER ROLE ${
      WORD.replace("'", `'"'"'`)
    } NOLOGIN'`,
  ],
  ["faf-rabbitmq-0", `rabbitmqctl -q clear_permissions -p "/it's 100%" ${WORD}`],
];

/** New values, each with what SQL, shells and files treat in a way of their own. */
const CHANGED = {
  "apps.DB_PASSWORD": `n'ew "100%" $HOME/\\a`,
  "apps.WIKI_PASSWORD": `n'ew "200%" $HOME/\\b`,
  "apps.MQ_PASSWORD": `n'ew "300%" $HOME/\\z`,
  "postgres-wikijs.POSTGRES_PASSWORD": `wiki's new %pass/word`,
} as const;

const why = await whyNoRealNode();

Deno.test({
  name: `users of databases and broker are made by Jobs on a real node${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    const base = await debianRoot(SERVER_PACKAGES, cacheDirectory(Deno.env.toObject()), reportToStderr);
    const apps = { name: "docker.io/library/apps:1", base, command: ["sleep", "infinity"] };
    await using node = await startNode([...serverImages(base), apps, WAITING], reportToStderr);
    const crossing = await prepareCrossing(node, "users", {});
    for (const name of ["faf-db", "postgres-wikijs", "faf-rabbitmq"]) {
      await Deno.mkdir(join(crossing.stack, "data", name), { recursive: true });
    }
    await t.step("the program logs in everywhere after the move", async () => {
      await succeeds(crossing.migrate());
      await assertLogins(crossing, "it's 100% e/f");
    });
    await t.step("a second run makes nothing again, and a Job that runs again changes nothing", async () => {
      const before = await jobs(crossing);
      equal(before.length, 3);
      await succeeds(crossing.migrate());
      deepEqual(await jobs(crossing), before);
      await succeeds(crossing.run("redo", "055"));
      notDeepEqual(await jobs(crossing), before);
      await assertLogins(crossing, "it's 100% e/f");
    });
    await t.step("what is half made is made whole", async () => {
      for (const [pod, command] of HALVED) await crossing.inside(pod, command);
      for (const login of [MARIADB, POSTGRES]) await assertRefused(crossing, login);
      await succeeds(crossing.run("redo", "055"));
      await assertLogins(crossing, "it's 100% e/f");
    });
    for (const [name, value] of Object.entries(CHANGED)) {
      await t.step(`${name} is changed in the server and in the program`, async () => {
        const file = join(node.directory, "value");
        await Deno.writeTextFile(file, value);
        const { stdout, stderr } = await succeeds(crossing.run("secrets", "set", name, "--from-file", file));
        equal(`${stdout}${stderr}`.includes(value), false);
      });
    }
    await t.step("the program logs in with the new passwords, and with the old ones no more", async () => {
      await assertLogins(crossing, CHANGED["apps.MQ_PASSWORD"]);
      await assertRefused(crossing, `DB_PASSWORD="it's 100% a/b" && ${MARIADB}`);
      await assertRefused(crossing, `WIKI_PASSWORD="it's 100% c/d" && ${POSTGRES}`);
      const admin =
        `PGPASSWORD="$POSTGRES_PASSWORD" psql -h postgres-wikijs -U wiki -d postgres -Atc "SELECT 1"`;
      equal(await crossing.inside("postgres-wikijs-0", admin), "1");
      await assertRefused(crossing, admin.replace("$POSTGRES_PASSWORD", "wiki's %pass/word"));
      await succeeds(crossing.run("redo", "055"));
      await assertLogins(crossing, CHANGED["apps.MQ_PASSWORD"]);
    });
  },
});

async function succeeds(running: ReturnType<Crossing["run"]>): ReturnType<Crossing["run"]> {
  const output = await running;
  equal(output.code, 0, output.stdout + output.stderr);
  return output;
}

async function assertLogins(crossing: Crossing, brokerPassword: string): Promise<void> {
  equal(await crossing.inside("deploy/apps", MARIADB), `${NAME}@%`);
  equal(await crossing.inside("deploy/apps", POSTGRES), NAME);
  equal(await crossing.inside("deploy/apps", `printf %s "$MQ_PASSWORD"`), brokerPassword);
  const quoted = `'${brokerPassword.replaceAll("'", `'"'"'`)}'`;
  // Debian's wrapper would have a shell read the password again.
  const authenticate = `printf %s ${quoted} | rabbitmqctl -q authenticate_user ${WORD}`;
  match(await crossing.inside("faf-rabbitmq-0", authenticate), /Success/);
  const permissions = await crossing.inside(
    "faf-rabbitmq-0",
    `rabbitmqctl -q list_user_permissions ${WORD}`,
  );
  match(permissions, /^\/it's 100%\t\.\*\t\.\*\t\.\*$/m);
}

async function assertRefused(crossing: Crossing, command: string): Promise<void> {
  equal(await crossing.inside("deploy/apps", `{ ${command}; } > /dev/null 2>&1 || echo refused`), "refused");
}

/** Names and uids of the Jobs that are there. */
async function jobs(crossing: Crossing): Promise<readonly string[]> {
  const all = await crossing.field("jobs", ".items[*].metadata.uid");
  return all.trim().split(" ").sort();
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
