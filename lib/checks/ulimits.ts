/** `ulimits`: a pod has those of the container runtime, which has them of its unit. */
import { at, type Context, isSkipped } from "../stack/context.ts";

/** What the unit of k3s gives, and systemd where that says nothing; -1 is no limit. https://github.com/k3s-io/k3s/blob/main/install.sh */
const GIVEN: Readonly<Record<string, number>> = { nofile: 1048576, nproc: -1, core: -1, memlock: 8388608 };

/** What an engine takes, each with a setting of its unit; it refuses any other. https://docs.docker.com/reference/cli/docker/container/run/#ulimit */
const KNOWN: ReadonlySet<string> = new Set([
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack",
]);

interface Limit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** A warning for what pods have less of, a remark for what they have more of. */
export function checkUlimits({ project, decisions, routing, report }: Context): void {
  for (const { name: service, ulimits } of Object.values(project.services)) {
    if (ulimits === undefined || isSkipped(decisions, service) || service === routing.traefikService) {
      continue;
    }
    const limits = Object.entries(ulimits).map(([name, value]): Limit =>
      typeof value === "object"
        ? { name, soft: value.soft, hard: value.hard }
        : { name, soft: value, hard: value }
    );
    const less = limits.filter(({ name, hard }) => !isEnough(GIVEN[name], hard));
    const more = limits.filter((limit) => !less.includes(limit) && !isSame(GIVEN[limit.name], limit));
    const place = at(project, ["services", service, "ulimits"]);
    if (less.length > 0) {
      report({
        code: "kube-ulimits",
        severity: "warning",
        message: `Pods of service "${service}" have less than ${
          said(less)
        } of "ulimits": they have the limits of the node's k3s`,
        ...place,
        hint: hintFor(less),
      });
    }
    if (more.length > 0) {
      report({
        code: "kube-ulimits",
        severity: "info",
        message: `Pods of service "${service}" have more than ${said(more)} of "ulimits": k3s gives ${
          more.map(({ name }) => `${name} ${shown(GIVEN[name] ?? -1)}`).join(", ")
        }`,
        ...place,
        hint: "For less: ulimit in the entrypoint, where the image has a shell",
      });
    }
  }
}

function hintFor(limits: readonly Limit[]): string {
  const lines = limits.filter(({ name }) => KNOWN.has(name)).map(unitLine);
  if (lines.length === 0) return "Docker has no such limit and refuses it: remove it";
  return `On the node, systemctl edit k3s, [Service] ${lines.join(" ")}, and start it again`;
}

function isEnough(given: number | undefined, asked: number): boolean {
  return given !== undefined && (given === -1 || (asked !== -1 && asked <= given));
}

function isSame(given: number | undefined, { soft, hard }: Limit): boolean {
  return given === soft && given === hard;
}

function said(limits: readonly Limit[]): string {
  return limits.map(({ name, hard }) => `${name} ${shown(hard)}`).join(", ");
}

function shown(limit: number): string {
  return limit === -1 ? "infinity" : String(limit);
}

function unitLine({ name, hard }: Limit): string {
  return `Limit${name.toUpperCase()}=${shown(hard)}`;
}
