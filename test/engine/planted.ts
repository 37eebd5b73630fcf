/**
 * Faults that are planted into what the node's side saw, as the faults of public reports would have shown there. A
 * comparison that does not find each of them could not fail.
 */
import type { ServiceView, SideView, View } from "./view.ts";

/** A fault, and the aspect at which it has to be found. */
export interface Planted {
  readonly fault: string;
  readonly aspect: RegExp;
  /** @param machine the machine's own namespaces. */
  plant(service: ServiceView, machine: SideView["machine"]): ServiceView;
}

const inView = (change: (view: View) => Partial<View>) => (service: ServiceView): ServiceView => ({
  ...service,
  view: { ...service.view, ...change(service.view) },
});

const inMounts = (change: (mount: View["mounts"][number]) => Partial<View["mounts"][number]>) =>
  inView(({ mounts }) => ({
    mounts: mounts.map((mount) => mount.target.startsWith("/data") ? { ...mount, ...change(mount) } : mount),
  }));

function mapValues<T>(values: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

export const PLANTED: readonly Planted[] = [
  {
    fault: "a wrong mode",
    aspect: /^mount\.\/data: /,
    plant: inMounts(({ entries }) => ({ entries: { ...entries, ".": "drwxrwxrwx 0:0" } })),
  },
  {
    fault: "a secret that all can read",
    aspect: /^file\.[^ ]+$/,
    plant: (service) => ({
      ...service,
      handed: mapValues(service.handed, (file) => ({ ...file, is: file.is.replace(/^\S+/, "-rwxrwxrwx") })),
    }),
  },
  {
    fault: "a dropped $",
    aspect: /^args$/,
    plant: inView(({ args }) => ({ args: args.map((text) => text.replace("$$", "$")) })),
  },
  {
    fault: "a missing alias",
    aspect: /^name\.store$/,
    plant: (service) => ({
      ...service,
      sights: service.sights.map((sight) =>
        sight.name === "store" ? { ...sight, addresses: [], ports: {} } : sight
      ),
    }),
  },
  {
    fault: "a service of another network that is reached",
    aspect: /^port\.apart\.6000\/tcp$/,
    plant: (service) => ({
      ...service,
      sights: service.sights.map((sight) =>
        sight.name === "apart"
          ? { ...sight, addresses: ["10.43.0.11"], ports: { "6000/tcp": "apart" } }
          : sight
      ),
    }),
  },
  {
    fault: "a reversed order",
    aspect: /^after\./,
    plant: (service) => ({
      ...service,
      after: Object.fromEntries(Object.entries(service.after).map(([name, is]) => [name, !is])),
    }),
  },
  {
    fault: "no seccomp",
    aspect: /^rights\.Seccomp$/,
    plant: inView(({ status }) => ({ status: { ...status, Seccomp: "0" } })),
  },
  {
    fault: "a system call that is not blocked",
    aspect: /^rights\.blocked$/,
    plant: inView(({ status }) => ({ status: { ...status, blocked: "add_key keyctl" } })),
  },
  {
    fault: "a capability too many",
    aspect: /^rights\.CapBnd$/,
    plant: inView(({ status }) => ({ status: { ...status, CapBnd: "000001ffffffffff" } })),
  },
  {
    fault: "a variable of the cluster's",
    aspect: /^env\.STORE_PORT$/,
    plant: inView(({ env }) => ({ env: [...env, "STORE_PORT=tcp://10.43.0.9:5432"] })),
  },
  {
    fault: "another user",
    aspect: /^uid$/,
    plant: inView(() => ({ uid: 4321 })),
  },
  {
    fault: "a volume that cannot be written",
    aspect: /^mount\.\/data\.writable$/,
    plant: inMounts(() => ({ readOnly: true, writable: "read-only file system" })),
  },
  {
    fault: "an empty directory in place of the data",
    aspect: /^mount\.\/data: kept$/,
    plant: inMounts(({ entries }) => ({ entries: { ".": entries?.["."] ?? "" } })),
  },
  {
    fault: "no limit of memory",
    aspect: /^cgroup\.memory$/,
    plant: inView(({ cgroup }) => ({ cgroup: { ...cgroup, memory: "max" } })),
  },
  {
    fault: "another signal at the end",
    aspect: /^signal$/,
    plant: (service) => ({ ...service, signal: "SIGKILL" }),
  },
  {
    fault: "the processes of the machine",
    aspect: /^namespace\.pid$/,
    plant: (service, { pid = "" }) =>
      inView(({ namespaces }) => ({ namespaces: { ...namespaces, pid } }))(service),
  },
  {
    fault: "a healthcheck without its argument",
    aspect: /^calls$/,
    plant: (service) => ({
      ...service,
      calls: service.calls.map((call) => ({ ...call, args: call.args.slice(0, 1) })),
    }),
  },
];

/** Plants a fault into one service. */
export function plantInto(side: SideView, service: string, planted: Planted): SideView {
  const seen = side.services[service];
  if (seen === undefined) {
    throw new Error(`Cannot plant "${planted.fault}": service "${service}" is not there`);
  }
  return { ...side, services: { ...side.services, [service]: planted.plant(seen, side.machine) } };
}

/** Plants a port that is open to all, which no service sees. */
export function openToAll(side: SideView, port: string): SideView {
  return { ...side, published: { ...side.published, [port]: "web" } };
}
