import { deepEqual, equal } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fafStack, hasFaf, withoutLoginClients } from "../crossing/stacks.ts";
import { FILLING, IMAGES } from "./images.ts";
import { startNode } from "./node.ts";
import { isWell, listPods, type Pod } from "./pods.ts";
import type { RealNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";
import { type PrintedProject, printProject, standIns } from "./stand_ins.ts";

const NAMESPACE = "faf";

const why = hasFaf ? await whyNoRealNode() : "FAF's stack is not on this machine";

Deno.test({
  name: `FAF's stack starts on a real node${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using stack = await fafStack(NAMESPACE);
    if (stack === undefined) throw new Error("FAF's stack went away");
    await withoutLoginClients(stack);
    const flags = stack.flags.filter((flag) => flag !== "--embedded");
    const project = await printProject(flags);
    const helper = IMAGES.filter(({ name }) => name.endsWith("/busybox:1.37"));
    await using node = await startNode([...standIns(project), ...helper, FILLING], reportToStderr);
    const migrate = async (...args: readonly string[]): Promise<void> => {
      const command = ["migrate", ...flags, "--kubeconfig", node.kubeconfigPath, "--yes", ...args];
      const { code, stdout, stderr } = await node.run([Deno.execPath(), "run", "-A", "main.ts", ...command]);
      equal(code, 0, `${stdout}\n${stderr}`);
    };
    await t.step("all steps are applied", async () => {
      await migrate("--to", "020");
      await makeDataDirectories(node);
      await migrate();
    });
    const pods = await listPods(node, NAMESPACE);
    await t.step("every pod runs, or has done its work, without a restart", () => {
      deepEqual(
        pods.filter((pod) => !isWell(pod)).map(({ metadata, status }) => [metadata.name, status]),
        [],
      );
    });
    const running = pods.filter(({ status }) => status.phase === "Running");
    await t.step("every configuration file is in its container, byte by byte", async (step) => {
      await sameFiles(node, project, running, step);
    });
    await t.step("every variable has its value", async (step) => {
      await sameVariables(node, project, running, step);
    });
  },
});

/** On the operators' machine they are there; here the volumes say which. */
async function makeDataDirectories(node: RealNode): Promise<void> {
  const paths = await node.kubectl(
    "get",
    "pv",
    "-o",
    'jsonpath={range .items[*]}{.spec.local.path}{"\\n"}{end}',
  );
  for (const path of paths.trim().split("\n")) await Deno.mkdir(path, { recursive: true });
}

/** The project's service that a pod runs. */
function serviceOf(project: PrintedProject, pod: Pod): PrintedProject["services"][string] {
  return project.services[pod.metadata.labels["app.kubernetes.io/name"] ?? ""] ?? {};
}

const inside = (node: RealNode, pod: Pod, command: string): Promise<string> =>
  node.kubectl("-n", NAMESPACE, "exec", pod.metadata.name, "--", "sh", "-c", command);

/** Compares the digests of all files of all bind mounts with those on disk. */
async function sameFiles(
  node: RealNode,
  project: PrintedProject,
  pods: readonly Pod[],
  t: Deno.TestContext,
): Promise<void> {
  for (const pod of pods) {
    for (const { type, source, target } of serviceOf(project, pod).volumes ?? []) {
      if (type !== "bind" || source === undefined || !source.includes("/config/")) continue;
      const expected = await digests(source);
      if (expected.length === 0) continue;
      await t.step(`${pod.metadata.labels["app.kubernetes.io/name"]} ${target}`, async () => {
        const find = `find -L ${target} -type f ! -path '*/..*' -exec sha256sum {} + | sort -k 2`;
        const actual = (await inside(node, pod, find)).trim().split("\n").map((row) => row.split(/\s+/));
        deepEqual(actual.map(([digest, path]) => [path?.slice(target.length), digest]), expected);
      });
    }
  }
}

/** Path below `source` and digest of every file, sorted by path. */
async function digests(source: string, below = ""): Promise<[string, string][]> {
  const path = `${source}${below}`;
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isFile) return [[below, createHash("sha256").update(await Deno.readFile(path)).digest("hex")]];
  if (!info?.isDirectory) return [];
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  const all = await Promise.all(names.map((name) => digests(source, join(below === "" ? "/" : below, name))));
  return all.flat().sort(([left], [right]) => left < right ? -1 : 1);
}

/** Compares the first process's environment with what compose gives its container. */
async function sameVariables(
  node: RealNode,
  project: PrintedProject,
  pods: readonly Pod[],
  t: Deno.TestContext,
): Promise<void> {
  for (const pod of pods) {
    const expected = Object.entries(serviceOf(project, pod).environment ?? {})
      .flatMap(([name, value]): [string, string][] =>
        value === null ? [] : [[name, value.replaceAll("$$", "$")]]
      );
    if (expected.length === 0) continue;
    await t.step(
      `${pod.metadata.labels["app.kubernetes.io/name"]}, ${expected.length} variables`,
      async () => {
        const encoded = await inside(node, pod, "base64 /proc/1/environ");
        const bytes = Uint8Array.from(atob(encoded.replaceAll(/\s/g, "")), (letter) => letter.charCodeAt(0));
        const actual = new Map(
          new TextDecoder().decode(bytes).split("\0").map((row): [string, string] => {
            const [name = "", ...rest] = row.split("=");
            return [name, rest.join("=")];
          }),
        );
        deepEqual(expected.map(([name]) => [name, actual.get(name)]), expected);
      },
    );
  }
}

/** Starting takes a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
