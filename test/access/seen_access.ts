/** What tests of `access` see: by the command, by the administrator, and by the person's own kubeconfig. */
import assert from "node:assert/strict";
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import type { Ended } from "../crossing/ferry.ts";
import type { Trial } from "./trial.ts";

export const PODS = { apiVersion: "v1", kind: "Pod" };
export const SECRETS = { apiVersion: "v1", kind: "Secret" };
export const ACCOUNTS = { apiVersion: "v1", kind: "ServiceAccount" };
export const RBAC = "rbac.authorization.k8s.io/v1";

/** The status that the API server answers a request with. */
export async function statusOf(request: Promise<unknown>): Promise<number> {
  try {
    await request;
    return 200;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}

/** The API server remembers a token that it has seen for ten seconds. */
export async function isRefusedSoon(client: ClusterClient, namespace: string): Promise<boolean> {
  for (let turn = 0; turn < 60; turn++) {
    if (await statusOf(client.list(PODS, namespace)) === 401) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}

/** What the command printed, where it ended well. */
export async function done(ended: Promise<Ended>): Promise<string> {
  const { code, out, err } = await ended;
  assert.equal(code, 0, err);
  return out;
}

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly role: string;
  readonly login: string;
  readonly state: string;
}

/** What `access list` says, by person and group. */
export async function rows({ access }: Trial): Promise<Record<string, string>> {
  const { schemaVersion, access: list } = JSON.parse(await done(access("list", "-o", "json"))) as {
    schemaVersion: number;
    access: readonly Row[];
  };
  assert.equal(schemaVersion, 1);
  return Object.fromEntries(
    list.map(({ kind, name, role, login, state }) => [`${kind} ${name}`, `${role} ${login} ${state}`]),
  );
}

/** What is left of the person in the cluster, by label and by name. */
export async function objectsOf({ admin, namespace }: Trial, person: string): Promise<string[]> {
  const kinds = [ACCOUNTS, { apiVersion: RBAC, kind: "RoleBinding" }];
  const inside = await Promise.all(kinds.map((kind) => admin.list(kind, namespace)));
  const outside = await admin.list({ apiVersion: RBAC, kind: "ClusterRoleBinding" }, undefined);
  return [...inside.flatMap(({ items }) => items), ...outside.items]
    .filter(({ metadata: { name } }) =>
      name === `person-${person}` || name === `${namespace}-person-${person}`
    )
    .map(({ kind, metadata: { name } }) => `${kind} ${name}`);
}

/** Reads what the command says until it says this, then kills it. */
export async function killedAt(child: Deno.ChildProcess, line: RegExp): Promise<void> {
  await endedAt(child, line, "SIGKILL");
}

/** The exit code of a command that gets the signal as soon as it says this. */
export async function endedAt(child: Deno.ChildProcess, line: RegExp, signal: Deno.Signal): Promise<number> {
  const drained = new Response(child.stdout).arrayBuffer();
  let said = "";
  let isSent = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (isSent || !line.test(said)) continue;
    isSent = true;
    try {
      child.kill(signal);
    } catch { /* It ended by itself. */ }
  }
  assert.match(said, line);
  await drained;
  return (await child.status).code;
}
