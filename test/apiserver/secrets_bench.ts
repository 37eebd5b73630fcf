/** FAF's stack on a real API server, and the calls that change one of its secrets. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestCluster } from "../embedded_cluster/fixture.ts";
import { type Ended, runFerry } from "../crossing/ferry.ts";
import { type Seen, seenObjects } from "../crossing/seen.ts";
import type { StackCopy } from "../crossing/stacks.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const KILLER = fileURLToPath(new URL("kill_at_rename.ts", import.meta.url));
/** The secret that is changed where no other is named. */
export const NAME = "faf-league-service.DB_PASSWORD";
/** The files that hold it. */
export const FILES = [
  "config/faf-league-service/faf-league-service.env",
  "config/faf-db/faf-db.env",
  "config/faf-java-api/faf-java-api.env",
];
const LINES = ["DB_PASSWORD", "LEAGUE_SERVICE_PASSWORD", "LEAGUE_DATABASE_PASSWORD"];

/** One stack in one namespace, and everything that was ever printed about it. */
export class Bench {
  readonly outputs: string[] = [];
  readonly stack: StackCopy;
  readonly cluster: TestCluster;
  /** A folder for files with values. */
  readonly values: string;

  constructor(stack: StackCopy, cluster: TestCluster, values: string) {
    this.stack = stack;
    this.cluster = cluster;
    this.values = values;
  }

  async run(args: readonly string[]): Promise<Ended> {
    const ended = await runFerry([...args, ...this.stack.flags], { cluster: this.cluster });
    this.outputs.push(ended.out, ended.err);
    return ended;
  }

  /** The value goes through a file, as the command line would show it. */
  async set(value: string, name = NAME): Promise<Ended> {
    const file = join(this.values, "value");
    await Deno.writeTextFile(file, `${value}\n`);
    return await this.run(["secrets", "set", name, "--from-file", file, "--yes"]);
  }

  /** Killed right before it puts file number `rename` in place. */
  async setKilled(value: string, rename: number, name = NAME): Promise<void> {
    const file = join(this.values, "value");
    await Deno.writeTextFile(file, `${value}\n`);
    const { signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--no-check", "-A", `--preload=${KILLER}`, MAIN],
        ...["secrets", "set", name, "--from-file", file, "--yes", ...this.stack.flags],
      ],
      stdin: "null",
      env: { ...this.cluster.env, KUBECONFIG: "", NO_COLOR: "1", KILL_BEFORE_RENAME: String(rename) },
    }).output();
    this.outputs.push(new TextDecoder().decode(stdout), new TextDecoder().decode(stderr));
    assert.equal(signal, "SIGKILL", this.outputs.at(-1) ?? "");
  }

  /** What each of the three files says, by its line. */
  held(): Promise<string[]> {
    return Promise.all(FILES.map(async (file, index) => {
      const text = await Deno.readTextFile(join(this.stack.directory, file));
      return new RegExp(`^${LINES[index]}=(.*)$`, "m").exec(text)?.[1] ?? "";
    }));
  }

  async secret(name: string, key: string): Promise<string | undefined> {
    const found = (await this.objects("/api/v1", "secrets")).find(({ metadata }) => metadata.name === name);
    const value = found?.data?.[key];
    return value === undefined ? undefined : atob(value);
  }

  objects(api: string, plural: string): Promise<readonly Seen[]> {
    return seenObjects(this.cluster, `${api}/namespaces/${this.cluster.prefix}/${plural}`);
  }

  async isUnderWay(): Promise<boolean> {
    return (await this.objects("/api/v1", "secrets")).some(({ metadata }) =>
      metadata.name === "compose-ferry-secret-change"
    );
  }

  async assertAll(value: string): Promise<void> {
    assert.deepEqual(await this.held(), [value, value, value]);
    assert.equal(await this.secret("faf-league-service-env", "DB_PASSWORD"), value);
    assert.equal(await this.secret("faf-db-env", "LEAGUE_SERVICE_PASSWORD"), value);
    assert.equal(await this.secret("faf-java-api-env", "LEAGUE_DATABASE_PASSWORD"), value);
    assert.equal(await this.isUnderWay(), false, "the change is forgotten");
  }

  /** Template annotations of every workload, by its name. */
  async templates(): Promise<ReadonlyMap<string, string>> {
    const all = [
      ...await this.objects("/apis/apps/v1", "deployments"),
      ...await this.objects("/apis/apps/v1", "statefulsets"),
    ];
    return new Map(all.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec?.["template"])]));
  }

  async jobUid(): Promise<unknown> {
    const jobs = await this.objects("/apis/batch/v1", "jobs");
    return (jobs.find(({ metadata }) => metadata.name === "faf-db-users")?.metadata as { uid?: string }).uid;
  }

  /** Everything that people may read, as one text. */
  async readable(): Promise<string> {
    const core = await Promise.all(
      ["configmaps", "events", "pods", "services"].map((plural) => this.objects("/api/v1", plural)),
    );
    const apps = await Promise.all(
      ["deployments", "statefulsets", "replicasets"].map((plural) => this.objects("/apis/apps/v1", plural)),
    );
    const batch = await Promise.all(
      ["jobs", "cronjobs"].map((plural) => this.objects("/apis/batch/v1", plural)),
    );
    const secrets = (await this.objects("/api/v1", "secrets")).map(({ metadata }) => metadata);
    return JSON.stringify([core, apps, batch, secrets]) + await Deno.readTextFile(this.cluster.auditLog);
  }
}
