/** Checks that what services refer to is there, and that keys that say the same do not contradict each other. */
import { type Checked, own, say } from "./checked.ts";
import { findCycles } from "./cycles.ts";
import type { Path, Service } from "../project.ts";
import { checkDependencies, checkNetworks, checkReferences, suggest } from "./references.ts";
import { fields, items } from "../../lib/values/json.ts";

/** Says everything that is inconsistent in the active services and jobs (compose-go's `loader/validate.go`). */
export function checkConsistency(project: Checked): void {
  for (const [name, service] of Object.entries(project.services)) {
    checkBuild(name, service, project);
    checkNetworks(name, service, project);
    checkHealthcheck(name, service, project);
    checkDependencies(name, service, project);
    checkReferences(name, service, project);
    checkAmounts(name, service, project);
    checkMounts(name, service, project);
  }
  checkJobs(project);
  for (const [name, secret] of Object.entries(project.secrets)) {
    if (secret.external || secret.file || secret.environment) continue;
    say(project, "compose-file-object", `The secret "${name}" needs "file" or "environment"`, [
      "secrets",
      name,
    ], "add one of them");
  }
  for (const cycle of findCycles(project.services)) {
    const [first = ""] = cycle;
    say(
      project,
      "compose-dependency-cycle",
      `Services wait for each other: ${[...cycle, first].join(" -> ")}`,
      ["services", first, "depends_on"],
      "remove one of these dependencies",
    );
  }
}

function checkBuild(name: string, service: Service, project: Checked): void {
  const { build } = service;
  if (build === undefined) {
    const isWritten = ["image", "build", "provider"].some((key) => project.isBroken(["services", name, key]));
    if (service.image || service.provider || isWritten) return;
    say(project, "compose-no-image", `The service "${name}" has neither an image nor a build`, [
      "services",
      name,
    ], 'add "image:" or "build:"');
    return;
  }
  if (build.dockerfile_inline && build.dockerfile) {
    say(project, "compose-conflict", `The build of "${name}" has a file and an inline Dockerfile`, [
      "services",
      name,
      "build",
      "dockerfile_inline",
    ], "remove one of the two");
  }
  for (const [key, context] of Object.entries(fields(build.additional_contexts))) {
    const target = String(context);
    if (!target.startsWith("service:")) continue;
    const other = target.slice("service:".length);
    const service = own(project.services, other) ?? own(project.disabled, other);
    if (service?.build !== undefined) continue;
    say(
      project,
      "compose-build-context",
      service === undefined
        ? `There is no service "${other}" for the build context "${key}"`
        : `The service "${other}" has no build for the context "${key}"`,
      ["services", name, "build", "additional_contexts", key],
      suggest(other, name, Object.keys(project.services)),
    );
  }
  const platforms = items(build.platforms);
  if (platforms.length > 0 && service.platform && !platforms.includes(service.platform)) {
    say(project, "compose-conflict", `The platform "${service.platform}" is not among those of the build`, [
      "services",
      name,
      "platform",
    ], 'add it to "build.platforms"');
  }
}

function checkHealthcheck(name: string, service: Service, project: Checked): void {
  const first = service.healthcheck?.test?.[0];
  if (first === undefined || ["CMD", "CMD-SHELL", "NONE"].includes(first)) return;
  say(project, "compose-healthcheck", `A healthcheck's list has to start with "CMD", "CMD-SHELL" or "NONE"`, [
    "services",
    name,
    "healthcheck",
    "test",
  ], `write ["CMD", "${first}", …]`);
}

function checkAmounts(name: string, service: Service, project: Checked): void {
  const { deploy, scale } = service;
  const replicas = scale ?? deploy?.replicas;
  const at = (...keys: string[]): Path => ["services", name, ...keys];
  if (scale !== undefined && deploy?.replicas !== undefined && scale !== deploy.replicas) {
    say(
      project,
      "compose-conflict",
      `"scale" and "deploy.replicas" of "${name}" differ`,
      at("scale"),
      "keep one of them",
    );
  }
  if (replicas !== undefined && replicas < 0) {
    say(
      project,
      "compose-value",
      `"${name}" cannot run ${replicas} times`,
      scale === undefined ? at("deploy", "replicas") : at("scale"),
      "write 0 or more",
    );
  }
  if ((replicas ?? 1) > 1 && service.container_name) {
    say(
      project,
      "compose-conflict",
      `"${name}" runs ${replicas} times, but "container_name" can be used once`,
      at("container_name"),
      'remove "container_name"',
    );
  }
  const { limits, reservations } = fields(deploy?.resources);
  differ("cpus", service.cpus, "limits", limits, "cpus");
  differ("mem_limit", service.mem_limit, "limits", limits, "memory");
  differ("mem_reservation", service.mem_reservation, "reservations", reservations, "memory");
  differ("pids_limit", service.pids_limit, "limits", limits, "pids");

  function differ(key: string, value: unknown, section: string, other: unknown, otherKey: string): void {
    if (value === undefined || other === undefined || fields(other)[otherKey] === value) return;
    say(
      project,
      "compose-conflict",
      `"${key}" and "deploy.resources.${section}.${otherKey}" of "${name}" differ`,
      at(key),
      "keep one of them, or write the same value",
    );
  }
}

function checkMounts(name: string, service: Service, project: Checked): void {
  const taken = new Map<string, string>();
  const take = (target: string, key: string, index: number): void => {
    const other = taken.get(target);
    if (other !== undefined) {
      say(project, "compose-conflict", `"${target}" is mounted twice in "${name}", first by ${other}`, [
        "services",
        name,
        key,
        index,
      ], "mount the two at different targets");
    }
    taken.set(target, `${key}[${index}]`);
  };
  for (const [index, entry] of (service.tmpfs ?? []).entries()) {
    take(entry.split(":")[0] ?? entry, "tmpfs", index);
  }
  for (const [index, mount] of (service.volumes ?? []).entries()) {
    // Of a mount that could not be read nothing is known, its target neither.
    if (!project.isBroken(["services", name, "volumes", index]) && mount.target !== undefined) {
      take(mount.target, "volumes", index);
    }
  }
  for (const [index, watch] of items(fields(service.develop).watch).entries()) {
    const { target, action } = fields(watch);
    if (target || action === "rebuild" || action === "restart") continue;
    say(project, "compose-missing-key", `The action "${action}" needs the key "target"`, [
      "services",
      name,
      "develop",
      "watch",
      index,
    ], 'add "target:"');
  }
}

function checkJobs(project: Checked): void {
  for (const name of [...Object.keys(project.jobs), ...Object.keys(project.disabledJobs)]) {
    if (own(project.services, name) === undefined && own(project.disabled, name) === undefined) continue;
    say(
      project,
      "compose-conflict",
      `"${name}" is a service and a job`,
      ["jobs", name],
      "rename one of the two",
    );
  }
  for (const [name, job] of Object.entries(project.jobs)) {
    for (const [other, dependency] of Object.entries(fields(job.depends_on))) {
      if (own(project.jobs, other) !== undefined || own(project.services, other) !== undefined) continue;
      if (own(project.disabled, other) !== undefined && fields(dependency).required !== true) continue;
      say(project, "compose-undefined", `The job "${name}" depends on "${other}", which is not defined`, [
        "jobs",
        name,
        "depends_on",
        other,
      ], suggest(other, name, [...Object.keys(project.services), ...Object.keys(project.jobs)]));
    }
  }
}
