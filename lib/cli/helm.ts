/** Runs `helm template`, where there is a helm. */
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { stringify } from "yaml";
import type { ChartTarget } from "../checks/chart/target.ts";
import type { Surroundings } from "./surroundings.ts";

/** Helm's objects as text, or what it says of a chart that it cannot render. */
export type Rendering = { readonly text: string } | { readonly error: string };

/** The helm that `HELM` names, else the first on the PATH; `undefined` without one. */
export async function findHelm({ environment, directory }: Surroundings): Promise<string | undefined> {
  const named = environment["HELM"];
  if (named !== undefined && named !== "" && (isAbsolute(named) || /[/\\]/.test(named))) {
    const path = resolve(directory, named);
    return await isProgram(path) ? path : undefined;
  }
  for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, named === undefined || named === "" ? "helm" : named);
    if (folder !== "" && await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    const { isFile, mode } = await Deno.stat(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}

/** Renders the chart as k3s would install it. The values go over standard input, so that they are nowhere in a file. */
export async function renderChart(
  helm: string,
  target: ChartTarget,
  path: string,
  { environment, signal }: Surroundings,
): Promise<Rendering> {
  const child = new Deno.Command(helm, {
    args: [
      "template",
      target.release,
      path,
      "--namespace",
      target.namespace,
      "--skip-tests",
      "--values",
      "-",
    ],
    // No cluster is asked, whatever kubeconfig there is.
    env: {
      ...environment,
      KUBECONFIG: Deno.build.os === "windows" ? "NUL" : "/dev/null",
      HELM_DEBUG: "false",
    },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const input = new Blob([stringify(target.values)]).stream().pipeTo(child.stdin)
    // Helm may end before it has read all; its own words say why.
    .catch(() => undefined);
  const { code, stdout, stderr } = await child.output();
  await input;
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return code === 0 ? { text: text(stdout) } : { error: text(stderr).trim().replace(/^Error: /, "") };
}
