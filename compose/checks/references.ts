/** Checks that what a service names is defined: services, networks, volumes, configs, secrets, models. */
import { type Checked, own, say } from "./checked.ts";
import type { Path, Service } from "../project.ts";
import { likeliest } from "../tree/suggest.ts";
import { fields, items } from "../../lib/values/json.ts";

/** The networks of a service. */
export function checkNetworks(name: string, service: Service, project: Checked): void {
  const names = Object.keys(fields(service.networks));
  if (service.network_mode && names.length > 0) {
    say(project, "compose-conflict", `The service "${name}" has "network_mode" and "networks"`, [
      "services",
      name,
      "network_mode",
    ], "remove one of the two");
  }
  refer(name, "networks", names, (network) => ["services", name, "networks", network], project);
}

/** What a service waits for. */
export function checkDependencies(name: string, service: Service, project: Checked): void {
  for (const [other, dependency] of Object.entries(fields(service.depends_on))) {
    if (own(project.services, other) !== undefined) continue;
    const isDisabled = own(project.disabled, other) !== undefined;
    if (isDisabled && fields(dependency).required !== true) continue;
    const path = ["services", name, "depends_on", other];
    if (isDisabled) {
      say(
        project,
        "compose-undefined",
        `The service "${name}" depends on "${other}", whose profile is not active`,
        path,
        `activate a profile of "${other}", or write "required: false"`,
      );
    } else if (own(project.jobs, other) !== undefined) {
      say(
        project,
        "compose-undefined",
        `The service "${name}" cannot depend on the job "${other}"`,
        path,
        "depend on services only",
      );
    } else {
      say(
        project,
        "compose-undefined",
        `The service "${name}" depends on "${other}", which is not defined`,
        path,
        suggest(other, name, [...Object.keys(project.services), ...Object.keys(project.disabled)]),
      );
    }
  }
}

/** Volumes, configs, secrets and models. */
export function checkReferences(name: string, service: Service, project: Checked): void {
  for (const [index, mount] of (service.volumes ?? []).entries()) {
    if (mount.type === "volume" && mount.source) {
      refer(name, "volumes", [mount.source], () => ["services", name, "volumes", index], project);
    }
  }
  for (const section of ["configs", "secrets"] as const) {
    for (const [index, reference] of (service[section] ?? []).entries()) {
      refer(name, section, [reference.source], () => ["services", name, section, index], project);
    }
  }
  for (const [index, secret] of items(service.build?.secrets).entries()) {
    refer(
      name,
      "secrets",
      [String(fields(secret).source ?? "")],
      () => ["services", name, "build", "secrets", index],
      project,
    );
  }
  refer(
    name,
    "models",
    Object.keys(fields(service.models)),
    (model) => ["services", name, "models", model],
    project,
  );
}

function refer(
  service: string,
  section: string,
  names: readonly string[],
  path: (name: string) => Path,
  project: Checked,
): void {
  const defined = project.sections[section] ?? new Set();
  const what = section.slice(0, -1);
  for (const name of names) {
    if (defined.has(name)) continue;
    const near = likeliest(name, defined);
    say(
      project,
      "compose-undefined",
      `The service "${service}" uses the ${what} "${name}", which is not defined`,
      path(name),
      near === undefined ? `add "${name}:" below a top-level "${section}:"` : `did you mean "${near}"?`,
    );
  }
}

/** The likeliest other name, but not the one that refers to it. */
export function suggest(name: string, from: string, candidates: readonly string[]): string {
  const near = likeliest(name, candidates);
  return near === undefined || near === from
    ? `define "${name}", or remove the reference`
    : `did you mean "${near}"?`;
}
