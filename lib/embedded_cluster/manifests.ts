/** The manifests that come with the Go modules: custom resources of Traefik and k3s, KWOK's stages. */
import { join } from "node:path";
import { cacheDirectory } from "./cache.ts";
import { moduleDigest, moduleDirectory } from "./module_digest.ts";
import { withFileLock } from "./file_lock.ts";
import { ownPath } from "./own_folder.ts";
import { runGo } from "./go_command.ts";
import { exists } from "../files/exists.ts";

/** Files in the cache, each of one or more YAML documents. */
export interface Manifests {
  /** Definitions of `traefik.io` and `helm.cattle.io`, as k3s has them from its start. */
  readonly customResources: string;
  /** What KWOK does to nodes and pods. */
  readonly stages: string;
}

/** What is taken from each module: the output file, then the files inside the module, in order. */
const CONTENTS: Readonly<Record<string, readonly { module: string; files: readonly string[] }[]>> = {
  "custom-resources.yaml": [
    {
      module: "github.com/traefik/traefik/v3",
      files: ["docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"],
    },
    {
      module: "github.com/k3s-io/helm-controller",
      files: [
        "pkg/crds/yaml/generated/helm.cattle.io_helmcharts.yaml",
        "pkg/crds/yaml/generated/helm.cattle.io_helmchartconfigs.yaml",
      ],
    },
  ],
  "stages.yaml": [{
    module: "sigs.k8s.io/kwok",
    files: [
      "kustomize/stage/node/fast/node-initialize.yaml",
      "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
      "kustomize/stage/pod/fast/pod-ready.yaml",
      "kustomize/stage/pod/fast/pod-complete.yaml",
      "kustomize/stage/pod/fast/pod-delete.yaml",
    ],
  }],
};

/**
 * Stages that KWOK does not bring: what k3s's servicelb and helm-controller do. Copied, so that no process depends on
 * the checkout.
 */
const OWN_STAGES = ["load_balancer.yaml", "helm_chart.yaml"];

/**
 * Gives the manifests, and takes them from their modules when the cache does not have them yet. The module folder's
 * `go.sum` holds their checksums.
 *
 * @throws Failure when Go is missing or a module cannot be fetched.
 */
export async function fetchManifests(
  report: (line: string) => void,
  env: Readonly<Record<string, string>>,
): Promise<Manifests> {
  const ownStages = (await Promise.all(OWN_STAGES.map((name) => Deno.readTextFile(ownPath("stages", name)))))
    .map((text) => `---\n${text}`).join("");
  const digest = await moduleDigest("manifests", JSON.stringify(CONTENTS) + ownStages);
  const directory = join(cacheDirectory(env), `manifests-${digest}`);
  const onWait = (holder: string): void => report(`Waiting for ${holder}, which fetches the same manifests`);
  await withFileLock(`${directory}.lock`, onWait, async () => {
    if (await exists(directory)) return;
    report("Fetching the custom resource definitions of Traefik and k3s from their modules");
    const unfinished = `${directory}.unfinished`;
    await Deno.mkdir(unfinished, { recursive: true });
    const sources = await moduleDirectories();
    for (const [name, parts] of Object.entries(CONTENTS)) {
      const files = parts.flatMap(({ module, files }) =>
        files.map((file) => join(sources.get(module) ?? "", file))
      );
      const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
      await Deno.writeTextFile(join(unfinished, name), texts.map((text) => `---\n${text.trim()}\n`).join(""));
    }
    await Deno.writeTextFile(join(unfinished, "stages.yaml"), ownStages, { append: true });
    await Deno.rename(unfinished, directory);
  });
  return {
    customResources: join(directory, "custom-resources.yaml"),
    stages: join(directory, "stages.yaml"),
  };
}

/** Where Go has unpacked each module that `modules/manifests/go.mod` requires. */
async function moduleDirectories(): Promise<ReadonlyMap<string, string>> {
  const directory = moduleDirectory("manifests");
  const goMod = await Deno.readTextFile(join(directory, "go.mod"));
  const versions = [...goMod.matchAll(/^\t(\S+) (v\S+)$/gm)].map(([, path, version]) => `${path}@${version}`);
  // With explicit versions Go fetches these modules alone, not what they require.
  const listing = await runGo(["mod", "download", "-json", ...versions], directory);
  return new Map(
    [...listing.matchAll(/"Path": "([^"]+)"[\s\S]*?"Dir": "([^"]+)"/g)].map((
      [, path, dir],
    ) => [path ?? "", dir ?? ""]),
  );
}
