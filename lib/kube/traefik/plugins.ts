/** Plugins of Traefik: a place for those that it fetches, and the code of those that lie beside it. */
import { posix } from "node:path";
import { structField, textField } from "../../traefik/static_configuration.ts";
import type { VolumeValues } from "./chart_volumes.ts";
import { report, type RouteContext } from "./context.ts";
import { belowMount, holdingMount } from "./holding_mount.ts";

/** Where Traefik keeps what it fetched, and looks for code, from its working directory (pkg/plugins, cmd/traefik). */
const STORAGE = "/plugins-storage";
const LOCAL = "plugins-local/src";

/** A plugin whose code lies beside Traefik. */
export interface LocalPlugin {
  readonly name: string;
  /** Where the stack's Traefik has its code, in its container. */
  readonly path: string;
  /** Where the cluster's Traefik looks for it. */
  readonly target: string;
  /** The directory of the node with its code; absent where it lies elsewhere. */
  readonly source?: string;
}

/** Plugins as the static configuration has them. */
export interface Plugins {
  /** Whether any is fetched when Traefik starts. */
  readonly fetches: boolean;
  readonly local: readonly LocalPlugin[];
}

/** The plugins of the stack's Traefik. */
export function pluginsOf(context: RouteContext): Plugins {
  const { routing, project } = context;
  const experimental = structField(routing.static?.fields, "experimental");
  const service = project.services[routing.traefikService ?? ""];
  const local = Object.entries(structField(experimental, "localPlugins") ?? {}).map(
    ([name, plugin]): LocalPlugin => {
      const module = textField(plugin, "moduleName") ?? "";
      const path = posix.join(service?.working_dir ?? "/", LOCAL, module);
      const mount = holdingMount(service?.volumes ?? [], path);
      const directory = mount && context.directoryOf(mount);
      const source = mount && directory && `${directory}${belowMount(mount, path)}`;
      return {
        name,
        path,
        target: posix.join("/", LOCAL, module),
        ...(source === undefined ? {} : { source }),
      };
    },
  );
  return { fetches: Object.keys(structField(experimental, "plugins") ?? {}).length > 0, local };
}

/** Arguments without the plugins whose code the pod does not have: for one of them Traefik switches all of them off. */
export function withoutLostPlugins(list: readonly string[], { local }: Plugins): readonly string[] {
  const lost = local.filter(({ source }) => source === undefined).map(({ name }) => name);
  return list.filter((argument) => {
    const [, name] = /^--experimental\.localplugins\.([^.=]+)[.=]/.exec(argument) ?? [];
    return name === undefined || !lost.includes(name);
  });
}

/**
 * The chart's values for them. Its own value `experimental.plugins` would bring the first volume, by the same name, and
 * passes on only what its version knows of a plugin; the root of the pod's file system is read-only.
 */
export function pluginValues({ fetches, local }: Plugins): VolumeValues | undefined {
  const fetched = fetches ? [{ name: "plugins", target: STORAGE, volume: { emptyDir: {} } }] : [];
  const beside = local.flatMap(({ source, target }, index) =>
    source === undefined ? [] : [{
      name: `local-plugin-${index}`,
      target,
      readOnly: true,
      volume: { hostPath: { path: source, type: "DirectoryOrCreate" } },
    }]
  );
  const all = [...fetched, ...beside];
  if (all.length === 0) return undefined;
  return {
    additionalVolumes: all.map(({ name, volume }) => ({ name, ...volume })),
    additionalVolumeMounts: all.map(({ name, target, ...rest }) => ({
      name,
      mountPath: target,
      ...("readOnly" in rest ? { readOnly: true } : {}),
    })),
  };
}

/** Whether Traefik has to run where the code of a plugin lies. */
export function areOnNode({ local }: Plugins): boolean {
  return local.some(({ source }) => source !== undefined);
}

/** Says where the code of each local plugin is read, and which ones are lost. */
export function reportPlugins(context: RouteContext, { local }: Plugins): void {
  const place = context.routing.static ?? {};
  for (const { name, path, source } of local) {
    if (source === undefined) {
      report(
        context,
        "warning",
        "traefik-local-plugin",
        place,
        `The code of the local plugin "${name}" is in no mount of the stack's Traefik, at "${path}": the plugin is ` +
          "left out, and what uses it stays closed",
        `Mount it: volumes: ["./plugins-local:/plugins-local:ro"]`,
      );
    } else {
      report(
        context,
        "info",
        "traefik-local-plugin",
        place,
        `The code of the local plugin "${name}" is read from "${source}" of the node, as before`,
        "Leave it there, readable for everybody: Traefik's user is no longer root",
      );
    }
  }
}
