/** One Job for each broker: its virtual hosts, users, their current passwords and permissions. */
import { type Diagnostic, hasErrors } from "../../../diagnostics/diagnostic.ts";
import type { Conversion } from "../../conversion.ts";
import { label } from "../../../stack/names.ts";
import { Decided } from "../../../decisions/decided.ts";
import type { Broker, JobDecisions } from "../../../decisions/jobs.ts";
import { MANAGEMENT_PORT } from "../../../stack/job_ports.ts";
import { scriptJob, type Variable } from "../script/job.ts";
import { findPlace } from "../../../stack/secrets/reference.ts";
import { RABBITMQ_USERS_PROGRAM, RABBITMQ_USERS_SCRIPT } from "./rabbitmq_script.ts";
import { adminVariables, type JobResult, neededUsers, Sources } from "../script/sources.ts";

/** The Job for the users of the broker `service`, or nothing where none are decided or something is missing. */
export function brokerUsers(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
): JobResult {
  const decided = decisions.brokers?.[service];
  if (decided?.users === undefined && decided?.vhosts === undefined) return { objects: [], findings: [] };
  const path = new Decided(decisions, "brokers", service);
  const needed = neededUsers(conversion, decided.users ?? {}, path);
  const broker: Broker = { ...decided, users: needed.users };
  const sources = new Sources(conversion);
  const image = broker.image ?? conversion.services.get(service)?.image;
  if (image === undefined) return { objects: [], findings: [sources.missingService(path, service)] };
  const variables: Record<string, Variable> = {
    WAIT_SECONDS: { text: "300" },
    BROKER_HOST: { text: broker.host ?? sources.hostNameOf(service) },
    BROKER_PORT: { text: String(broker.port ?? MANAGEMENT_PORT) },
    ...adminVariables(sources, broker.admin, path.at("admin"), service),
    ...Object.assign(
      {},
      ...Object.entries(broker.users ?? {}).map(([key, user], index) =>
        sources.variable(`PASSWORD_${index}`, user.password, path.at("users", key, "password"), user.same)
      ),
    ),
  };
  const findings = [...sources.findings, ...needed.findings, ...lockedOut(conversion, broker, path)];
  if (hasErrors(findings)) return { objects: [], findings };
  const object = scriptJob({
    name: label(`${service}-users`),
    namespace: conversion.namespace,
    service,
    image,
    script: RABBITMQ_USERS_SCRIPT,
    arguments: [RABBITMQ_USERS_PROGRAM, rabbitmqTerms(broker)],
    variables,
    digests: conversion.digests,
  });
  return { objects: [{ object, service }], findings };
}

/** The Job would take the right to go on from its own login. */
function lockedOut(conversion: Conversion, { admin, users }: Broker, path: Decided): Diagnostic[] {
  const login = typeof admin.user === "string"
    ? admin.user
    : new TextDecoder().decode(findPlace(conversion, admin.user.from)?.value);
  return Object.entries(users ?? {}).flatMap(([key, { name = key, tags }]): Diagnostic[] => {
    if (name !== login || tags === undefined || tags.includes("administrator")) return [];
    const decision = path.at("users", key, "tags");
    return [{
      code: "kube-job-administrator",
      severity: "error",
      message: `Decision "${decision}" takes the tag "administrator" from the login that the Job itself uses`,
      ...decision.place,
      hint: "Add administrator to the tags, or leave them out: then the user keeps the ones that it has",
    }];
  });
}

/** What is to be, as an Erlang term in ASCII: virtual hosts, then users, then permissions. */
function rabbitmqTerms(broker: Broker): string {
  const users = Object.entries(broker.users ?? {});
  const used = users.flatMap(([, { permissions }]) => Object.keys(permissions ?? {}));
  const vhosts = [...new Set([...broker.vhosts ?? [], ...used])];
  const terms = [
    ...vhosts.map((name) => `{vhost, ${text(name)}}`),
    ...users.map(([key, { name = key, tags }], index) =>
      `{user, ${text(name)}, ${index}, ${tags === undefined ? "keep" : text(tags.join(","))}}`
    ),
    ...users.flatMap(([key, { name = key, permissions = {} }]) =>
      Object.entries(permissions).map(([vhost, { configure = ".*", write = ".*", read = ".*" }]) =>
        `{permission, ${[vhost, name, configure, write, read].map(text).join(", ")}}`
      )
    ),
  ];
  return `[${terms.join(",\n ")}].`;
}

function text(value: string): string {
  const escaped = [...value].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === "\\") return `\\${character}`;
    return code < 32 || code > 126 ? `\\x{${code.toString(16)}}` : character;
  });
  return `"${escaped.join("")}"`;
}
