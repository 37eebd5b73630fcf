/** Real servers as processes of the test, on loopback, with data directories of their own. */

/** A server that the test started and ends. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly directory: string;
}

/** A port that nothing listens on at this moment. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Runs a program to its end; throws with its output where it fails. */
export async function run(program: string, args: readonly string[], options: {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
} = {}): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(options.input ?? "")).catch(() => undefined);
  await writer.close().catch(() => undefined);
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} failed: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

/** Starts a program in the background; the returned function ends it and waits. */
export function background(
  program: string,
  args: readonly string[],
  log: string,
  env: Readonly<Record<string, string>> = {},
): () => Promise<void> {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'log=$1; shift; exec "$@" >"$log" 2>&1', "server", log, program, ...args],
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return async () => {
    try {
      child.kill("SIGTERM");
    } catch { /* It ended by itself. */ }
    const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await child.status;
    clearTimeout(late);
  };
}

/** Waits until `probe` succeeds; throws with the end of the log where it never does. */
export async function until(probe: () => Promise<unknown>, log: string, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() > end) {
        const text = await Deno.readTextFile(log).catch(() => "");
        throw new Error(`The server did not start: ${error}\n${text.slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** A MariaDB server; `root@%` and `root@localhost` have the password, as in the official image. */
export async function startMariadb(password: string): Promise<Server> {
  const directory = await Deno.makeTempDir({ prefix: "mariadb-" });
  const port = freePort();
  await run("mariadb-install-db", [
    "--no-defaults",
    `--datadir=${directory}/data`,
    "--user=root",
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
  const log = `${directory}/log`;
  const stop = background("mariadbd", [
    "--no-defaults",
    "--user=root",
    `--datadir=${directory}/data`,
    "--bind-address=127.0.0.1",
    `--port=${port}`,
    `--socket=${directory}/socket`,
    "--innodb-buffer-pool-size=32M",
    "--general-log=1",
    `--general-log-file=${directory}/general.log`,
    `--log-bin=${directory}/binlog`,
  ], log);
  const socket = ["--no-defaults", `--socket=${directory}/socket`, "--user=root"];
  await until(() => run("mariadb", [...socket, "-e", "SELECT 1"]), log);
  await run("mariadb", socket, {
    input:
      `CREATE USER 'root'@'%' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
      ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
  });
  return { port, directory, [Symbol.asyncDispose]: () => ended(stop, directory) };
}

/** A PostgreSQL server with the superuser `admin`, which logs in by its password over TCP. */
export async function startPostgres(password: string): Promise<Server> {
  const directory = await Deno.makeTempDir({ prefix: "postgres-" });
  const port = freePort();
  await Deno.writeTextFile(`${directory}/password`, password);
  const bin = await postgresFolder();
  await run("chown", ["-R", "postgres", directory]);
  const asPostgres = ["-u", "postgres", "--"];
  await run("runuser", [
    ...asPostgres,
    `${bin}/initdb`,
    "-D",
    `${directory}/data`,
    "-U",
    "admin",
    `--pwfile=${directory}/password`,
    "--auth=scram-sha-256",
    "-E",
    "UTF8",
    "--no-sync",
  ]);
  const log = `${directory}/log`;
  const stop = background("setpriv", [
    "--reuid=postgres",
    "--regid=postgres",
    "--clear-groups",
    `${bin}/postgres`,
    "-D",
    `${directory}/data`,
    "-p",
    String(port),
    "-k",
    directory,
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    "log_statement=all",
    "-c",
    "fsync=off",
  ], log);
  await until(
    () =>
      run(
        "psql",
        ["-h", "127.0.0.1", "-p", String(port), "-U", "admin", "-d", "postgres", "-c", "SELECT 1"],
        {
          env: { PGPASSWORD: password },
        },
      ),
    log,
  );
  return { port, directory, [Symbol.asyncDispose]: () => ended(stop, directory) };
}

async function postgresFolder(): Promise<string> {
  const versions = (await Array.fromAsync(Deno.readDir("/usr/lib/postgresql"))).map(({ name }) => name)
    .sort();
  return `/usr/lib/postgresql/${versions.at(-1)}/bin`;
}

export async function ended(stop: () => Promise<void>, directory: string): Promise<void> {
  await stop();
  await Deno.remove(directory, { recursive: true });
}
