import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { moduleDirectory } from "../../lib/embedded_cluster/module_digest.ts";
import { fetchManifests } from "../../lib/embedded_cluster/manifests.ts";
import { buildFlags, CLUSTER_TOOLS, TOOLS } from "../../lib/embedded_cluster/tools.ts";

async function versions(module: string): Promise<ReadonlyMap<string, string>> {
  const text = await Deno.readTextFile(join(moduleDirectory(module), "go.mod"));
  return new Map(
    [...text.matchAll(/^\t?(?:require )?(\S+) (v\S+)/gm)].map((
      [, path, version],
    ) => [path ?? "", version ?? ""]),
  );
}

async function withEmptyCache<T>(work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir();
  try {
    return await work({ ...Deno.env.toObject(), XDG_CACHE_HOME: directory });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("every tool is declared in the go.mod of its module, or is a program of its own there", async () => {
  for (const { module, packagePath } of Object.values(TOOLS)) {
    const text = await Deno.readTextFile(join(moduleDirectory(module), "go.mod"));
    const own = /^module (.*)$/m.exec(text)?.[1] ?? "none";
    if (packagePath.startsWith(`${own}/`)) {
      const folder = join(moduleDirectory(module), packagePath.slice(own.length + 1));
      ok((await Deno.stat(join(folder, "main.go"))).isFile);
    } else {
      match(text, new RegExp(`^(tool |\\t)${packagePath}$`, "m"));
    }
  }
});

Deno.test("the manifests come from the versions that are built", async () => {
  const manifests = await versions("manifests");
  equal(manifests.get("sigs.k8s.io/kwok"), (await versions("kubernetes")).get("sigs.k8s.io/kwok"));
  equal(
    manifests.get("github.com/traefik/traefik/v3"),
    (await versions("traefik")).get("github.com/traefik/traefik/v3"),
  );
});

Deno.test("the linker says the version of Kubernetes that go.mod pins", async () => {
  const version = (await versions("kubernetes")).get("k8s.io/kubernetes") ?? "none";
  ok(buildFlags(TOOLS.kubectl).some((flag) => flag.includes(`gitVersion=${version} `)));
});

Deno.test("buildTools() without Go names the two ways out", async () => {
  const path = Deno.env.get("PATH") ?? "";
  await withEmptyCache(async (env) => {
    Deno.env.set("PATH", "/nowhere");
    try {
      await rejects(buildTools(CLUSTER_TOOLS, () => {}, env), (error: unknown) => {
        ok(error instanceof Failure);
        deepEqual(error.diagnostics.map(({ code }) => code), ["cluster-no-go"]);
        match(error.diagnostics[0]?.hint ?? "", /--kubeconfig.*install Go/);
        return true;
      });
    } finally {
      Deno.env.set("PATH", path);
    }
  });
});

Deno.test("buildTools() with a Go that cannot fetch a newer one says which it needs", async () => {
  const path = Deno.env.get("PATH") ?? "";
  await withEmptyCache(async (env) => {
    const programs = join(env["XDG_CACHE_HOME"] ?? "", "programs");
    await Deno.mkdir(programs);
    await Deno.writeTextFile(join(programs, "go"), "#!/bin/sh\necho go1.19.8\n", { mode: 0o755 });
    Deno.env.set("PATH", `${programs}:${path}`);
    try {
      await rejects(buildTools(["kubectl"], () => {}, env), (error: unknown) => {
        ok(error instanceof Failure);
        match(error.message, /with go1\.19\.8 as it needs Go 1\.21/);
        return true;
      });
    } finally {
      Deno.env.set("PATH", path);
    }
  });
});

Deno.test("buildTools() at the same time builds once, and gives each name of a program", () =>
  withEmptyCache(async (env) => {
    const lines: string[] = [];
    const report = (line: string): number => lines.push(line);
    const [first, second] = await Promise.all([
      buildTools(["etcd", "kube-scheduler"], report, env),
      buildTools(["etcd", "kube-scheduler"], report, env),
    ]);
    deepEqual(first, second);
    equal(lines.filter((line) => line.startsWith("Built etcd, kube-scheduler")).length, 1);
    for (
      const [name, said] of [["etcd", /^etcd Version: 3\./], ["kube-scheduler", /^Kubernetes v1\./]] as const
    ) {
      const { success, stdout } = await new Deno.Command(first[name], { args: ["--version"] }).output();
      ok(success);
      match(new TextDecoder().decode(stdout), said);
    }
    const left = (await Array.fromAsync(Deno.readDir(join(first.etcd, "..")))).map(({ name }) => name);
    deepEqual(left.sort(), ["etcd", "kube-scheduler"]);
    const before = lines.length;
    await buildTools(["kube-scheduler"], report, env);
    equal(lines.length, before);
  }));

Deno.test("fetchManifests() gives complete files, also when it was interrupted before", () =>
  withEmptyCache(async (env) => {
    const first = await fetchManifests(() => {}, env);
    const text = await Deno.readTextFile(first.customResources);
    for (const name of ["ingressroutes.traefik.io", "middlewares.traefik.io", "helmcharts.helm.cattle.io"]) {
      match(text, new RegExp(`name: ${name}`));
    }
    equal((await Deno.readTextFile(first.stages)).match(/^kind: Stage$/gm)?.length, 7);
    const directory = join(first.stages, "..");
    await Deno.rename(directory, `${directory}.unfinished`);
    await Deno.remove(join(`${directory}.unfinished`, "stages.yaml"));
    await Deno.writeTextFile(join(`${directory}.unfinished`, "custom-resources.yaml"), "half");
    deepEqual(await fetchManifests(() => {}, env), first);
    equal(await Deno.readTextFile(first.customResources), text);
  }));
