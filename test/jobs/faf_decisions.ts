/** FAF's decisions about users, clients, backups and people, checked by the schemas. */
import { parse } from "yaml";
import { z } from "zod";
import { accessSchema } from "../../lib/kube/access/decisions.ts";
import {
  backupsSchema,
  brokersSchema,
  databasesSchema,
  identitySchema,
  timersSchema,
} from "../../lib/kube/jobs/decisions.ts";

/** The part of `decisions.yaml` that jobs and access are made from. */
export const jobDecisionsSchema = z.strictObject({
  databases: databasesSchema.optional(),
  brokers: brokersSchema.optional(),
  identity: identitySchema.optional(),
  backups: backupsSchema.optional(),
  timers: timersSchema.optional(),
  access: accessSchema.optional(),
});

/** @throws where the file does not have the shape of the schemas. */
export async function fafDecisions(): Promise<z.infer<typeof jobDecisionsSchema>> {
  return jobDecisionsSchema.parse(
    parse(await Deno.readTextFile(new URL("faf_decisions.yaml", import.meta.url))),
  );
}
