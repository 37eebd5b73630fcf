/**
 * Turns a service's view into aspects: one line of text for each thing that a program can notice, by a name that is
 * the same on both sides. What each side makes up (addresses, ids, names of pods) is replaced by who or what it means.
 */
import { hostAspects, resolverAspects, sightAspects } from "./network_aspects.ts";
import { handedAspects, mountAspects } from "./mount_aspects.ts";
import { whyByNature } from "./nature.ts";
import type { ServiceView, SideView, View } from "./view.ts";

/** By aspect: `env.HOME`, `mount./data.writable`, `port.db.5432/tcp`. */
export type Aspects = Readonly<Record<string, string>>;

/** The word for what a side makes up. */
export const MADE_UP = "(made up)";

/** Aspects of every service of a stack; those that differ by nature are left out. */
export function stackAspects(side: SideView): Readonly<Record<string, Aspects>> {
  const services = Object.entries(side.services).map(([name, service]): [string, Aspects] => [
    name,
    compared({ ...serviceAspects(name, service, side), ...namespaceAspects(name, side) }),
  ]);
  return { ...Object.fromEntries(services), "(published)": side.published };
}

function compared(all: Aspects): Aspects {
  return Object.fromEntries(Object.entries(all).filter(([aspect]) => whyByNature(aspect) === undefined));
}

function serviceAspects(name: string, service: ServiceView, side: SideView): Aspects {
  const { view, calls, after, deaf, signal, restarted } = service;
  return {
    ...processAspects(view, service.generated),
    ...prefixed("env", Object.fromEntries(view.env.map(splitVariable))),
    ...prefixed("limit", view.limits),
    ...prefixed("sysctl", shortened(view.sysctls)),
    ...cgroupAspects(view),
    ...prefixed("device", deviceAspects(view)),
    ...mountAspects(view, service.handedAt ?? Object.keys(service.handed)),
    ...handedAspects(service.handed),
    ...hostAspects(service),
    ...resolverAspects(view.files["/etc/resolv.conf"] ?? ""),
    ...sightAspects(name, service, side),
    ...prefixed("listens", deaf),
    ...prefixed("after", mapped(after, String)),
    "calls": JSON.stringify(
      calls.map(({ args, cwd, uid }) => JSON.stringify([asShellsDo(args, view.env), cwd, uid])).toSorted(),
    ),
    ...(signal === undefined ? {} : { signal }),
    ...(restarted === undefined ? {} : { restarted }),
  };
}

function processAspects(view: View, generated: readonly string[]): Aspects {
  return {
    "args": JSON.stringify(view.args),
    "cwd": view.cwd,
    "uid": `${view.uid}`,
    "gid": `${view.gid}`,
    "groups": withoutOwn(view).join(","),
    ...prefixed("rights", view.status),
    "umask": view.umask,
    "hostname": generated.includes(view.hostname) ? MADE_UP : view.hostname,
    "domainname": view.domainname,
    "oomScoreAdj": view.oomScoreAdj,
    "stdin": view.stdin,
    "stdout": view.stdout,
    // The engine's init and the pod's pause process have different names and do the same.
    "first process": view.pid === 1 ? "itself" : "an init",
  };
}

/** The probe is no shell: a script in a variable, where it holds a secret, is what one would start. */
function asShellsDo(args: readonly string[], env: View["env"]): readonly string[] {
  const [, variable] = /^exec \/bin\/sh -c "\$(\w+)"$/.exec(args[2] ?? "") ?? [];
  if (variable === undefined) return args;
  const script = env.find((each) => each.startsWith(`${variable}=`))?.slice(variable.length + 1);
  return [...args.slice(0, 2), script ?? ""];
}

/** Docker counts the group of the process among its further ones, containerd does not; it has it in both. */
function withoutOwn({ groups, gid }: View): readonly number[] {
  return groups.filter((group) => group !== gid);
}

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf("=");
  return [variable.slice(0, at), variable.slice(at + 1)];
}

function shortened(sysctls: Readonly<Record<string, string>>): Aspects {
  return Object.fromEntries(
    Object.entries(sysctls).map(([path, text]) => [
      path.replace("/proc/sys/", "").replaceAll("/", "."),
      text.replaceAll("\t", " "),
    ]),
  );
}

/** A share of the processor is quota by period; the period alone is nobody's business. */
function cgroupAspects({ cgroup }: View): Aspects {
  const { cpuQuota, cpuPeriod, ...rest } = cgroup;
  const quota = Number(cpuQuota);
  const cpus = !(quota > 0) ? "unlimited" : `${quota / Number(cpuPeriod ?? 100_000)}`;
  return prefixed("cgroup", {
    ...mapped(rest, (text) => /^(max|92233720368547\d+)$/.test(text) ? "unlimited" : text),
    cpus,
  });
}

/** What of /dev is a device; pipes and links to a process's own streams are everywhere. */
function deviceAspects({ devices }: View): Aspects {
  return Object.fromEntries(
    Object.entries(devices).filter(([, text]) => text.startsWith("D")).map(([name, text]) => [name, text]),
  );
}

/**
 * Whether each namespace is its own, the machine's, or another service's. Those of a service that has ended are gone, and
 * the kernel gives their numbers to others.
 */
function namespaceAspects(name: string, side: SideView): Aspects {
  const lasts = (service: ServiceView | undefined): boolean => service?.restarted === undefined;
  const mine = side.services[name]?.view.namespaces ?? {};
  const others = Object.entries(side.services)
    .filter(([other, service]) => other !== name && lasts(service) && lasts(side.services[name]));
  return Object.fromEntries(
    Object.entries(mine).map(([kind, id]) => {
      const sharing = others.filter(([, { view }]) => view.namespaces[kind] === id).map(([other]) => other);
      const whose = id === side.machine[kind]
        ? "the machine's"
        : sharing.length === 0
        ? "its own"
        : `shared with ${sharing.toSorted().join(", ")}`;
      return [`namespace.${kind}`, whose];
    }),
  );
}

/** Puts a word before every name. */
export function prefixed(word: string, values: Aspects): Aspects {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${word}.${name}`, value]));
}

function mapped<T>(values: Readonly<Record<string, T>>, change: (value: T) => string): Aspects {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
