/** The JSON Schema of `decisions.yaml`, for editors. */
import { z } from "zod";
import { decisionsSchema } from "./schema.ts";

/** As text, the same bytes for the same schema. */
export function decisionsJsonSchema(): string {
  const schema = z.toJSONSchema(decisionsSchema, { target: "draft-7", io: "input" });
  return `${JSON.stringify({ ...schema, title: "decisions.yaml" }, null, 2)}\n`;
}
