import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { load } from "../../compose/mod.ts";
import { COVERAGE } from "../../lib/checks/coverage/table.ts";
import { hasErrors } from "../../lib/diagnostics/diagnostic.ts";
import { type Case, folderAsCase, foldersAsCases, isWanted, ownCases, standInsFor } from "./cases.ts";
import type { StandIn } from "./images.ts";
import { keysOf } from "./keys.ts";

/** Carried or replaced, and without a case here: with the reason. */
const WITHOUT_CASE: Readonly<Record<string, string>> = {
  "annotations.*": "no process sees them",
  "build.*": "the probe's images stand in for what is built",
  "cpu_shares": "a weight among the programs of a machine, which no process sees",
  "deploy.endpoint_mode": "the names and who answers them are aspects of every case",
  "deploy.labels.*": "no process sees them",
  "deploy.placement.*": "the machine of the figures has one node",
  "deploy.resources.reservations.devices.*": "the machine of the figures has no such device",
  "deploy.resources.reservations.generic_resources.*": "the machine of the figures has no such resource",
  "device_cgroup_rules": "it asks for privileged, which the machine of the figures refuses",
  "external_links": "they lead to another project, and a case is one",
  "gpus.*": "the machine of the figures has none",
  "labels.*": "no process sees them",
  "logging.driver": "no process sees it",
  "memswap_limit": "the machine of the figures has no swap",
  "platform": "every machine has one",
  "ports.app_protocol": "no process sees it",
  "privileged": "the machine of the figures refuses it",
  "pull_policy": "no registry is there",
  "healthcheck.start_interval": "Docker Engine 20.10 does not know it",
  "runtime": "the machine of the figures has one",
  "storage_opt.*": "the engine of the figures has no quota for a container's layer",
  "userns_mode": "host is what both do without it",
  "volumes.bind.recursive": "Docker Engine 20.10 does not know it",
  "volumes.image.subpath": "Docker Engine 20.10 does not know it",
  "volumes.volume.subpath": "Docker Engine 20.10 does not know it",
};

async function withCases(use: (directories: ReadonlyMap<string, string>) => Promise<void>): Promise<void> {
  const target = await Deno.makeTempDir({ prefix: "engine-cases-" });
  try {
    await use(new Map((await ownCases(target, "")).map(({ name, directory }) => [name, directory])));
  } finally {
    await Deno.remove(target, { recursive: true });
  }
}

Deno.test("words choose cases, and nothing chooses all", () => {
  ok(isWanted("bind-files", "") && isWanted("bind-files", "x,files") && !isWanted("bind-files", "x,y"));
});

Deno.test("an operator's own decisions are in force, and nobody's for the stacks of a corpus", async () => {
  const target = await Deno.makeTempDir({ prefix: "engine-cases-" });
  try {
    for (const stack of ["decided", "open"]) {
      await Deno.mkdir(join(target, "from", stack), { recursive: true });
      await Deno.writeTextFile(
        join(target, "from", stack, "compose.yaml"),
        "services: { a: { image: b } }\n",
      );
    }
    const decisions = "services: { a: { kind: Job } }\n";
    await Deno.writeTextFile(join(target, "from/decided/decisions.yaml"), decisions);
    const said = ({ directory }: Case): Promise<string> =>
      Deno.readTextFile(join(directory, "decisions.yaml"));
    equal(await said(await folderAsCase(join(target, "from/decided"), target)), decisions);
    equal(await said(await folderAsCase(join(target, "from/open"), target)), "{}\n");
    const corpus = await foldersAsCases(join(target, "from"), target, "");
    deepEqual(await Promise.all(corpus.map(said)), ["{}\n", "{}\n"]);
  } finally {
    await Deno.remove(target, { recursive: true });
  }
});

Deno.test("one image stands in for all that name it, with every program that is called in it", () => {
  const of = (image: StandIn): Case => ({ name: "", directory: "", images: [image], ports: [] });
  const images = standInsFor([
    of({ name: "db:1", ends: [], programs: ["pg_isready", "/bin/sh"] }),
    of({ name: "db:1", ends: [["migrate"]], programs: ["/start.sh"] }),
  ], "base.tar");
  deepEqual(images.map(({ name }) => name), ["docker.io/library/db:1"]);
  const [, named] = standInsFor(
    [of({ name: "a:1", ends: [], programs: [], users: [] })].concat(
      of({ name: "b:1", ends: [], programs: [], users: ["root", "postgres"] }),
    ),
    "base.tar",
  );
  ok(named?.files?.["/etc/passwd"]?.endsWith("\npostgres:x:2000:2000::/:/bin/sh\n"));
  equal(images[0]?.files?.["/etc/probe.json"], '{"exit":0,"with":[["migrate"]]}');
  deepEqual(Object.keys(images[0]?.files ?? {}), ["/bin/pg_isready", "/start.sh", "/etc/probe.json"]);
});

Deno.test("every case is a project without errors", {
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
}, () =>
  withCases(async (directories) => {
    ok(directories.size >= 30, `only ${directories.size} cases`);
    for (const [name, directory] of directories) {
      const { project, diagnostics } = await load({ directory, environment: { HOME: "/root" } });
      deepEqual(diagnostics.map(({ message }) => `${name}: ${message}`), []);
      ok(project !== undefined && !hasErrors(diagnostics), name);
    }
  }));

Deno.test("every key that is carried or replaced has a case, or a reason why not", {
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
}, () =>
  withCases(async (directories) => {
    const used = new Set<string>();
    for (const directory of directories.values()) {
      for (const key of Object.values(await keysOf(directory)).flat()) used.add(key);
    }
    const wanted = Object.entries(COVERAGE)
      .filter(([key, { treatment }]) => key.startsWith("service.") && /^(carried|replaced)$/.test(treatment))
      .map(([key]) => key.slice("service.".length));
    ok(wanted.length > 60);
    deepEqual(
      wanted.filter((key) => !used.has(key)).toSorted(),
      Object.keys(WITHOUT_CASE).toSorted(),
    );
  }));
