/** Ory Hydra: one Job brings its schema up to date, another makes its clients what was decided. */
import type { Conversion } from "../../conversion.ts";
import { type Diagnostic, hasErrors } from "../../../diagnostics/diagnostic.ts";
import { label } from "../../../stack/names.ts";
import { Decided } from "../../../decisions/decided.ts";
import type { Client, JobDecisions } from "../../../decisions/jobs.ts";
import { HYDRA_CLIENTS_SCRIPT } from "./hydra_script.ts";
import { ADMINISTRATION_PORT } from "../../../stack/job_ports.ts";
import { scriptJob, type Variable } from "../script/job.ts";
import { type JobResult, neededClients, Sources } from "../script/sources.ts";
import { jobLikeWorkload } from "../script/workload_job.ts";

/** The Job that runs before the server: its own image, configuration and variables, other arguments. */
export function identityMigration(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
): JobResult {
  const migrate = decisions.identity?.[service]?.migrate;
  const workload = conversion.services.get(service)?.workload[0];
  if (migrate === undefined || workload === undefined) return { objects: [], findings: [] };
  const object = jobLikeWorkload(workload.object, label(`${service}-migrate`), migrate);
  return { objects: [{ ...workload, object }], findings: [] };
}

/** The Job that runs after the server: it creates clients that are missing and patches the others. */
export function identityClients(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
): JobResult {
  const server = decisions.identity?.[service];
  if (server?.clients === undefined) return { objects: [], findings: [] };
  const path = new Decided(decisions, "identity", service);
  const sources = new Sources(conversion);
  const image = server.image ?? conversion.services.get(service)?.image;
  if (image === undefined) return { objects: [], findings: [sources.missingService(path, service)] };
  const needed = neededClients(conversion, server.clients, path);
  const clients = Object.entries(needed.clients);
  const variables: Record<string, Variable> = {
    WAIT_SECONDS: { text: "300" },
    HYDRA_HOST: { text: sources.hostNameOf(service) },
    HYDRA_PORT: { text: String(server.port ?? ADMINISTRATION_PORT) },
    CLIENTS_PATH: { text: server.path ?? "/clients" },
    CLIENTS: { text: String(clients.length) },
    ...Object.assign(
      {},
      ...clients.map(([id, client], index) =>
        clientVariables(sources, path.at("clients", id), id, client, index)
      ),
    ),
  };
  const findings = [
    ...needed.findings,
    ...sources.findings,
    ...clients.flatMap(([id, client]) => withoutSecret(path.at("clients", id), client)),
  ];
  if (hasErrors(findings)) return { objects: [], findings };
  const object = scriptJob({
    name: label(`${service}-clients`),
    namespace: conversion.namespace,
    service,
    image,
    script: HYDRA_CLIENTS_SCRIPT,
    arguments: [],
    variables,
    digests: conversion.digests,
  });
  return { objects: [{ object, service }], findings };
}

function clientVariables(
  sources: Sources,
  path: Decided,
  id: string,
  client: Client,
  index: number,
): Record<string, Variable> {
  const fields = fieldsOf(id, client);
  const patch = Object.entries(fields).filter(([name]) => name !== "client_id")
    .map(([name, value]) => ({ op: "add", path: `/${name}`, value }));
  return {
    [`ID_${index}`]: { text: id },
    [`CLIENT_${index}`]: { text: JSON.stringify(fields) },
    [`PATCH_${index}`]: { text: JSON.stringify(patch) },
    ...(client.secret === undefined
      ? {}
      : sources.variable(`SECRET_${index}`, client.secret, path.at("secret"), client.same)),
  };
}

/** The decided fields in the names of Hydra's API; a client always has a name, so no patch is empty. */
function fieldsOf(id: string, client: Client): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    client_id: id,
    client_name: client.name ?? id,
    grant_types: client.grantTypes,
    response_types: client.responseTypes,
    scope: client.scope?.join(" "),
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    audience: client.audience,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    logo_uri: client.logoUri,
    skip_consent: client.skipConsent,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Hydra would think of a secret of its own, which nobody would ever see. */
function withoutSecret(path: Decided, client: Client): Diagnostic[] {
  const method = client.tokenEndpointAuthMethod ?? "client_secret_basic";
  if (client.secret !== undefined || !method.startsWith("client_secret")) return [];
  return [{
    code: "kube-job-client-secret",
    severity: "error",
    message: `Decision "${path}" has no secret, and its tokenEndpointAuthMethod is ${method}`,
    ...path.place,
    hint: "Add secret: service.VARIABLE, or tokenEndpointAuthMethod: none for a program on people's machines",
  }];
}
