/** Programs that have nothing to do where no Docker Engine runs the pods, and what does their work in a cluster. */
import type { Project, Service } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { decided, imageOf } from "./context.ts";
import { imageRepository } from "./known_images.ts";

/** What a tool does with the engine, and who does that here. */
export interface EngineTool {
  readonly does: string;
  readonly instead: string;
}

const UPDATES: EngineTool = {
  does: "it updates the engine's containers",
  instead: "write the new tag into the compose file and run `deno task migrate`",
};
const PROXY: EngineTool = {
  does: "it lets others talk to the engine",
  instead:
    "the engine's API is not used here; for the cluster's own API there are `deno task access` and roles",
};
const CLEANS: EngineTool = {
  does: "it removes the engine's old images",
  instead: "the kubelet removes unused images",
};

const OFELIA: EngineTool = {
  does: "it runs commands in the engine's containers at a time",
  instead: "a CronJob for each of its jobs, or `timers` for statements of a database",
};

const TOOLS: Readonly<Record<string, EngineTool>> = {
  "amir20/dozzle": {
    does: "it shows the logs of the engine's containers",
    instead: "kubectl logs, or Dozzle installed with DOZZLE_MODE=k8s",
  },
  "clockworksoul/docker-gc-cron": CLEANS,
  "containrrr/watchtower": UPDATES,
  "crazymax/diun": {
    does: "it watches the images of the engine's containers",
    instead: "Diun installed with its provider for Kubernetes",
  },
  "linuxserver/socket-proxy": PROXY,
  "mcuadros/ofelia": OFELIA,
  "netresearch/ofelia": OFELIA,
  "nickfedor/watchtower": UPDATES,
  "portainer/agent": {
    does: "it manages the engine",
    instead: "Portainer's agent for Kubernetes, or kubectl",
  },
  "portainer/portainer-ce": {
    does: "it manages the engine",
    instead: "Portainer's chart for Kubernetes, or kubectl",
  },
  "spotify/docker-gc": CLEANS,
  "tecnativa/docker-socket-proxy": PROXY,
  "willfarrell/autoheal": {
    does: "it restarts the engine's unhealthy containers",
    instead: "liveness: true for a service in decisions.yaml",
  },
  "wollomatic/socket-proxy": PROXY,
};

/** The tool that a service is, if it is one. */
export function engineTool(decisions: Decisions, service: Service): EngineTool | undefined {
  const repository = imageRepository(imageOf(decisions, service) ?? "").replace(/^(ghcr\.io|lscr\.io)\//, "");
  return Object.hasOwn(TOOLS, repository) ? TOOLS[repository] : undefined;
}

/** The tools that are left out, as nobody decided that they are moved (by `kind`) or why not (by `skip`). */
export function leftOutTools(project: Project, decisions: Decisions): ReadonlyMap<string, EngineTool> {
  return new Map(
    Object.values(project.services).flatMap((service) => {
      const tool = engineTool(decisions, service);
      const { skip, kind } = decided(decisions, service.name);
      return tool === undefined || skip !== undefined || kind !== undefined ? [] : [[service.name, tool]];
    }),
  );
}

/** The decisions with those tools left out. */
export function withoutTools(project: Project, decisions: Decisions): Decisions {
  const tools = leftOutTools(project, decisions);
  if (tools.size === 0) return decisions;
  const skipped = [...tools].map(([name, { does }]) => [
    name,
    { ...decided(decisions, name), skip: does },
  ]);
  return { ...decisions, services: { ...decisions.services, ...Object.fromEntries(skipped) } };
}
