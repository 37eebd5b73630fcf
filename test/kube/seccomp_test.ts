import assert from "node:assert/strict";
import { fields } from "../../lib/values/json.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { Digests } from "../../lib/kube/digests.ts";
import { scriptCronJob, scriptJob } from "../../lib/kube/jobs/script/job.ts";
import { jobLikeWorkload } from "../../lib/kube/jobs/script/workload_job.ts";

const JOB = {
  name: "users",
  namespace: "stack",
  service: "db",
  image: "mariadb:11",
  script: "true",
  arguments: [],
  variables: {},
  digests: new Digests(),
};

/** The pod's own `securityContext`, which holds for all its containers. */
function ofPod(spec: unknown): unknown {
  return fields(fields(fields(fields(spec)["template"])["spec"])["securityContext"])["seccompProfile"];
}

Deno.test("the pods of set-up jobs are filtered as the programs are", () => {
  const job = scriptJob(JOB);
  const cron = scriptCronJob(JOB, { schedule: "0 3 * * *" });
  const workload: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "db" },
    spec: {
      template: {
        spec: {
          securityContext: { seccompProfile: { type: "RuntimeDefault" } },
          containers: [{ name: "db" }],
        },
      },
    },
  };
  for (
    const spec of [
      job["spec"],
      fields(fields(cron["spec"])["jobTemplate"])["spec"],
      jobLikeWorkload(workload, "migrate", ["up"])["spec"],
    ]
  ) assert.deepEqual(ofPod(spec), { type: "RuntimeDefault" });
});
