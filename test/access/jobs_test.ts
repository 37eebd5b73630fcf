/** Every object that is made from FAF's decisions about users, backups and people, as the real API server takes it. */
import assert from "node:assert/strict";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { guardedBy } from "../../lib/kube/access/guarded.ts";
import { accessObjects } from "../../lib/kube/access/objects.ts";
import { brokerUsers } from "../../lib/kube/jobs/rabbitmq/broker_users.ts";
import { backupJobs, timerJobs } from "../../lib/kube/jobs/cron_jobs.ts";
import { databaseUsers } from "../../lib/kube/jobs/database_users.ts";
import { identityClients, identityMigration } from "../../lib/kube/jobs/hydra/hydra_clients.ts";
import { fafDecisions } from "../jobs/faf_decisions.ts";
import { convertFaf, hasFaf } from "../kube/faf_stack.ts";
import { authenticationText } from "../../lib/kube/access/authentication.ts";
import { ADMIN_TOKEN, startApiServer } from "./api_server.ts";
import { makeCertificates } from "./certificates.ts";

const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
};

Deno.test({
  name:
    "FAF's jobs, volumes and roles are valid to the last field, and jobs with changed inputs are new ones",
  ignore: !hasFaf,
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "jobs-" });
    const certificates = await makeCertificates(directory);
    const { conversion } = await convertFaf();
    const { access, ...decisions } = await fafDecisions();
    assert.ok(access?.oidc !== undefined);
    // An issuer that cannot be reached does not keep the API server from starting.
    await using server = await startApiServer(directory, certificates, authenticationText(access.oidc));
    const { namespace } = conversion;
    const send = async (
      { object }: PlannedObject,
      query: string,
    ): Promise<{ status: number; text: string }> => {
      const { apiVersion, kind, metadata } = object;
      const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
      const inside = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
      const path = `${base}${inside}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}`;
      return await server.request(
        ADMIN_TOKEN,
        "PATCH",
        `${path}?fieldManager=test&fieldValidation=Strict&${query}`,
        object,
      );
    };
    await send({ object: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } } }, "");
    const symbolic = [
      ...["faf-db", "mongodb", "postgres-wikijs"].flatMap((name) =>
        databaseUsers(conversion, decisions, name).objects
      ),
      ...brokerUsers(conversion, decisions, "faf-rabbitmq").objects,
      ...identityMigration(conversion, decisions, "faf-ory-hydra").objects,
      ...identityClients(conversion, decisions, "faf-ory-hydra").objects,
      ...backupJobs(conversion, decisions).objects,
      ...timerJobs(conversion, decisions).objects,
      ...accessObjects(
        namespace,
        { ...access, people: { guest: { role: "deployer" } } },
        guardedBy(conversion, decisions),
      ),
    ];
    const objects = conversion.digests.resolve(symbolic, "key");
    for (const planned of objects) {
      const answer = await send(planned, "");
      assert.ok(
        answer.status < 300,
        `${planned.object.kind} ${planned.object.metadata.name}: ${answer.text}`,
      );
    }
    const [again] =
      conversion.digests.resolve(databaseUsers(conversion, decisions, "faf-db"), "another key").objects;
    assert.ok(again !== undefined);
    const refused = await send(again, "force=true");
    assert.equal(refused.status, 422);
    assert.match(refused.text, /field is immutable/, "so the runner makes it anew, and it runs again");
  },
});
