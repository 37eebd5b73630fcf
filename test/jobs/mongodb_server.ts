/**
 * A server that speaks MongoDB's protocol, and MongoDB's own shell. The server is FerretDB 1 on SQLite, built from its
 * Go module, as no package of MongoDB's server is to be had; it knows users and passwords, but no roles.
 */
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { withFileLock } from "../../lib/embedded_cluster/file_lock.ts";
import { runGo } from "../../lib/embedded_cluster/go_command.ts";
import { background, ended, freePort, run, type Server, until } from "./server.ts";

const FERRETDB = "github.com/FerretDB/FerretDB";
const FERRETDB_VERSION = "v1.24.2";
const MONGOSH_VERSION = "2.5.8";
const moduleDirectory = join(import.meta.dirname ?? ".", "modules", "ferretdb");

/** The programs, in the machine's cache. */
export interface MongodbPrograms {
  readonly ferretdb: string;
  /** A folder that holds `mongosh` alone. */
  readonly mongoshFolder: string;
}

/** Builds and installs them once per machine. @throws where Go, Node.js or npm is missing or fails. */
export async function mongodbPrograms(report: (line: string) => void): Promise<MongodbPrograms> {
  const cache = cacheDirectory(Deno.env.toObject());
  return {
    ferretdb: await once(join(cache, "bin", `ferretdb-${FERRETDB_VERSION}`), report, buildFerretdb),
    mongoshFolder: await once(join(cache, "npm", `mongosh-${MONGOSH_VERSION}`), report, installMongosh),
  };
}

/** Makes what does not exist yet; it appears only when it is complete. */
async function once(
  path: string,
  report: (line: string) => void,
  make: (unfinished: string, path: string) => Promise<void>,
): Promise<string> {
  const onWait = (holder: string): void => report(`Waiting for ${holder}, which makes the same program`);
  await withFileLock(`${path}.lock`, onWait, async () => {
    if (await Deno.stat(path).then(() => true, () => false)) return;
    report(`Making ${path}, once on this machine`);
    const unfinished = `${path}.unfinished`;
    await Deno.remove(unfinished, { recursive: true }).catch(() => undefined);
    await make(unfinished, path);
    await Deno.rename(unfinished, path);
  });
  return path;
}

/** Its main package starts only with a file that says its version, which its module leaves out; so it is built from a copy. */
async function buildFerretdb(program: string): Promise<void> {
  const about = await runGo(["mod", "download", "-json", FERRETDB], moduleDirectory);
  const { Dir: source } = JSON.parse(about) as { readonly Dir: string };
  const copy = `${program}-sources`;
  await Deno.remove(copy, { recursive: true }).catch(() => undefined);
  await run("cp", ["-r", source, copy]);
  try {
    await run("chmod", ["-R", "u+w", copy]);
    await Deno.writeTextFile(join(copy, "build/version/version.txt"), FERRETDB_VERSION);
    await runGo(["build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./cmd/ferretdb"], copy);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

async function installMongosh(folder: string, path: string): Promise<void> {
  const packages = `${path}-packages`;
  await Deno.mkdir(packages, { recursive: true });
  await run("npm", [
    ...["install", "--prefix", packages, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"],
    `mongosh@${MONGOSH_VERSION}`,
  ]);
  const node = (await run("node", ["-p", "process.execPath"])).trim();
  await Deno.mkdir(folder);
  const script = `#!/bin/sh\nexec '${node}' '${packages}/node_modules/mongosh/bin/mongosh.js' "$@"\n`;
  await Deno.writeTextFile(join(folder, "mongosh"), script, { mode: 0o755 });
}

/** Starts the server with the administrator `admin`. */
export async function startMongodb({ ferretdb }: MongodbPrograms, password: string): Promise<Server> {
  const directory = await Deno.makeTempDir({ prefix: "mongodb-" });
  const port = freePort();
  const log = `${directory}/log`;
  const stop = background(
    ferretdb,
    [
      "--handler=sqlite",
      `--sqlite-url=file:${directory}/`,
      `--state-dir=${directory}`,
      `--listen-addr=127.0.0.1:${port}`,
      "--debug-addr=-",
      "--telemetry=disable",
      "--test-enable-new-auth",
      "--setup-database=admin",
      "--setup-username=admin",
    ],
    log,
    { FERRETDB_SETUP_PASSWORD: password },
  );
  await until(async () => {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
  }, log);
  return { port, directory, [Symbol.asyncDispose]: () => ended(stop, directory) };
}

/** Who logs in, and where. */
export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * Runs a program in MongoDB's shell, which starts slowly: `logins` are `LOGINS` there, and `logIn(LOGINS[0])` gives the
 * database into which that user has logged in, or throws.
 */
export async function mongosh(
  { mongoshFolder }: MongodbPrograms,
  { port, directory }: Server,
  logins: readonly Login[],
  program: string,
): Promise<string> {
  const start = `const LOGINS = JSON.parse(process.env.LOGINS);
const logIn = ({ user, password, database }) => {
  const db = connect("mongodb://127.0.0.1:" + process.env.PORT + "/admin?directConnection=true").getSiblingDB(database);
  db.auth(user, password);
  return db;
};
`;
  const said = await run(`${mongoshFolder}/mongosh`, [
    "--nodb",
    "--norc",
    "--quiet",
    "--eval",
    start + program,
  ], {
    env: { HOME: directory, PORT: String(port), LOGINS: JSON.stringify(logins) },
  });
  return said.trim();
}
