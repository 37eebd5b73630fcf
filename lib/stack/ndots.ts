/** Which names a pod asks below its namespace's domain first, where alone the cluster's DNS knows names with dots. */
import type { Project, Service } from "../../compose/project.ts";
import { podGroups } from "./pod_groups.ts";

/** What kubelets write for pods that ask the cluster's DNS (pkg/kubelet/network/dns: `ndots:5`). */
const USUAL = 5;

/** The `ndots` of a service's pod: of the service whose pod it is, in which others may be. */
export function ndotsOf(project: Project): (service: Service) => number {
  const groups = podGroups(project);
  return (service) => {
    const options = (project.services[groups.hostOf(service.name)] ?? service).dns_opt ?? [];
    const given = options.flatMap((option) => /^ndots:(\d+)$/.exec(option)?.[1] ?? []).at(-1);
    return given === undefined ? USUAL : Number(given);
  };
}

/** A name of as many dots is asked as it is written first, and musl asks nothing more (resolv.conf(5)). */
export function isSearched(host: string, ndots: number): boolean {
  return host.split(".").length - 1 < ndots;
}
