/** In which order the projects of a machine are moved: Traefik first, who has a network before who uses it. */
import type { Project } from "../../compose/project.ts";
import type { Neighbour } from "./context.ts";
import { neighbourNames, networkName, projectNetworks } from "./network/neighbours.ts";
import { mentionedHosts } from "./network/references.ts";

/** A project, with what counts for the order. */
export interface OrderedProject extends Neighbour {
  readonly hasTraefik: boolean;
  /** It has labels for a Traefik that it has not. */
  readonly isRouted: boolean;
}

/** One project comes after another, and why. */
export interface Need {
  /** Indices into the projects. */
  readonly from: number;
  readonly to: number;
  readonly why: "network" | "traefik" | "name";
}

/** The order, what it keeps to, and what had to be given up because projects need each other. */
export interface ProjectOrder {
  /** Indices into the projects. */
  readonly order: readonly number[];
  readonly needs: readonly Need[];
  readonly cut: readonly Need[];
}

/** From the weakest reason to the strongest: of needs in a circle the weakest are given up. */
const STRENGTH = ["name", "traefik", "network"] as const;

/** Orders projects by what they need of each other; where nothing tells two apart, as they were given. */
export function orderProjects(projects: readonly OrderedProject[]): ProjectOrder {
  let needs = needsOf(projects);
  const cut: Need[] = [];
  const order: number[] = [];
  const left = new Set(projects.keys());
  while (left.size > 0) {
    const open = needs.filter(({ from, to }) => left.has(from) && left.has(to));
    const next = [...left].find((index) => !open.some(({ from }) => from === index));
    if (next !== undefined) {
      left.delete(next);
      order.push(next);
      continue;
    }
    const weakest = STRENGTH.find((why) => open.some((need) => need.why === why));
    const given = open.filter(({ why }) => why === weakest);
    cut.push(...given);
    needs = needs.filter((need) => !given.includes(need));
  }
  return { order, needs, cut };
}

function needsOf(projects: readonly OrderedProject[]): readonly Need[] {
  return projects.flatMap((project, from) =>
    projects.flatMap((other, to): Need[] => {
      if (from === to) return [];
      const why = usesNetworkOf(project.project, other.project)
        ? "network"
        : project.isRouted && other.hasTraefik
        ? "traefik"
        : names(project, other)
        ? "name"
        : undefined;
      return why === undefined ? [] : [{ from, to, why }];
    })
  );
}

/** Whether the project uses, as an external one, a network that the other makes. */
function usesNetworkOf(project: Project, other: Project): boolean {
  const made = new Set(
    Object.entries(other.networks).filter(([, network]) => network.external !== true)
      .map(([key]) => networkName(other, key)),
  );
  const used = projectNetworks(project);
  return Object.entries(project.networks).some(([key, { external }]) => {
    const name = networkName(project, key);
    return external === true && used.has(name) && made.has(name);
  });
}

/** Whether variables, arguments or healthchecks of the project name a service of the other on a shared network. */
function names({ project }: OrderedProject, other: OrderedProject): boolean {
  const hosts = new Set(neighbourNames(project, [other]).keys());
  return hosts.size > 0 && mentionedHosts(project, new Map(), hosts).size > 0;
}
