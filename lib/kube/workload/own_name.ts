/** The name under which a program listens, or knows itself among others: its pod's own address has to have it. */
import type { Service } from "../../../compose/project.ts";
import { type Context, imageOf } from "../../stack/context.ts";
import { serviceLabel } from "../../stack/names.ts";
import { imageRepository } from "../../stack/known_images.ts";
import { dnsNames } from "../../stack/network/dns_names.ts";
import { placesOf } from "../../stack/network/references.ts";
import { podGroups } from "../../stack/pod_groups.ts";
import { replicasOf } from "../../stack/replicas.ts";

/**
 * The first of its names that a service speaks of itself. In Docker a name is the container's own address; in a cluster it is
 * a Service's, on which nobody can listen ("Cannot assign requested address"). A pod's hostname stands beside the pod's
 * address in its hosts file (`managedHostsFileContent` of the kubelet), so that it means there what it means in Docker.
 * @returns undefined where it speaks of none, has another hostname, or several pods would have one name
 */
export function ownName(context: Context, service: Service): string | undefined {
  const { project, decisions, bindSources } = context;
  const isAlone = !podGroups(project).members.has(podGroups(project).hostOf(service.name));
  if (service.hostname !== undefined || service.network_mode !== undefined || !isAlone) return undefined;
  if (replicasOf(decisions, service) !== 1 || isRabbit(context, service)) return undefined;
  const names = [serviceLabel(service.name), ...dnsNames(project, service).map(({ name }) => name)]
    .filter((name) => HOST_LABEL.test(name));
  const own = new Set(names);
  const named = new Set([
    ...placesOf(project, service, bindSources, own).map(({ host }) => host),
    ...optionValues(service),
  ]);
  return names.find((name) => named.has(name));
}

/** What a pod's `hostname` can be. */
const HOST_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Its data bears its node name, about which it has rules of its own. */
export function isRabbit({ decisions }: Context, service: Service): boolean {
  return /(^|\/)rabbitmq$/.test(imageRepository(imageOf(decisions, service) ?? ""));
}

/** `--host web`, `-h web`, `--bind_ip localhost,web`. */
const OPTION = /(?:^|\s)--?[A-Za-z][\w.-]*[ =]["']?([\w.,-]+)(?=["':\s]|$)/g;

function optionValues({ entrypoint, command }: Service): readonly string[] {
  const text = [...entrypoint ?? [], ...command ?? []].join(" ");
  return [...text.matchAll(OPTION)].flatMap(([, value = ""]) => value.split(","));
}
