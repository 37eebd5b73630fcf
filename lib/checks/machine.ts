/** Names and addresses that stand for the machine: a pod has none of them by itself. */
import { at, type Context, isSkipped } from "../stack/context.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import {
  MACHINE_NAMES,
  machineAddress,
  machineAddresses,
  machineText,
} from "../stack/network/docker_names.ts";
import { placesOf } from "../stack/network/references.ts";

interface Use {
  readonly service: string;
  readonly host: string;
  readonly span?: Span;
}

/**
 * Asks once for the machine's address, with every place that means it. Until decided it is Docker's own address of the
 * machine, which lasts as long as Docker; a decided one is given to names and written into variables and arguments, so
 * that only files are left to say.
 */
export function checkMachine(context: Context): void {
  const { decisions } = context;
  const uses = Object.keys(context.project.services).flatMap((service) =>
    isSkipped(decisions, service) || service === context.routing.traefikService
      ? []
      : usesOf(context, service)
  );
  const address = machineAddress(decisions);
  const left = decisions.hostGateway === undefined
    ? uses
    : uses.filter(({ host }) => machineAddresses(context.project).includes(host) && host !== address);
  const [first, ...others] = left;
  if (first === undefined) return;
  context.report({
    code: "kube-host-gateway",
    ...(decisions.hostGateway === undefined
      ? {
        severity: "question",
        message: machineText(first.host, `service "${first.service}"`),
        hint: "Add to decisions.yaml: hostGateway: ADDRESS of the node",
      }
      : {
        severity: "warning",
        message:
          `"${first.host}" in a file of service "${first.service}" means the machine only in Docker's network`,
        hint: `Write the node's address there: ${address}`,
      }),
    ...(first.span === undefined ? {} : { span: first.span }),
    ...(others.length === 0 ? {} : {
      related: others.flatMap(({ service, host, span }) =>
        span === undefined
          ? []
          : [{ message: `"${host}" of service "${service}" means the machine, too`, span }]
      ),
    }),
  });
}

function usesOf({ project, bindSources }: Context, name: string): readonly Use[] {
  const service = project.services[name];
  if (service === undefined) return [];
  const written = Object.entries(service.extra_hosts ?? {});
  const isMachine = new Set(["host-gateway", ...machineAddresses(project)]);
  const known = new Set(written.map(([host]) => host));
  const names = new Set([...MACHINE_NAMES, ...machineAddresses(project)].filter((host) => !known.has(host)));
  return [
    ...written.filter(([, addresses]) => addresses.some((address) => isMachine.has(address))).map((
      [host],
    ) => ({
      service: name,
      host,
      ...at(project, ["services", name, "extra_hosts", host]),
    })),
    ...placesOf(project, service, bindSources, names).map(({ from, host, span }) => ({
      service: from,
      host,
      ...(span === undefined ? {} : { span }),
    })),
  ];
}
