/** What a profile may say: any part of the decisions, and `null` to take a value of the base away. */
import { z } from "zod";

/**
 * The same shape with everything optional, at every depth, and `null` allowed wherever there is a key: it stands for
 * "as if the base did not say it". What is left after laying over is checked against the whole shape again, so that a
 * key which is needed and was taken away is seen there.
 */
export function overlayOf(schema: z.ZodType): z.ZodType {
  return described(schema, built(schema));
}

function built(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return overlayOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodObject) {
    const shape = Object.entries(schema.shape as Record<string, z.ZodType>);
    return z.strictObject(Object.fromEntries(shape.map(([key, value]) => [key, erasable(value).optional()])));
  }
  if (schema instanceof z.ZodRecord) {
    return z.record(schema.keyType as z.ZodString, erasable(schema.valueType as z.ZodType));
  }
  if (schema instanceof z.ZodUnion) {
    return z.union((schema.options as z.ZodType[]).map((option) => built(option)));
  }
  return schema;
}

function erasable(schema: z.ZodType): z.ZodType {
  return described(schema, overlayOf(schema).nullable());
}

function described(from: z.ZodType, to: z.ZodType): z.ZodType {
  return from.description === undefined || to.description === from.description
    ? to
    : to.describe(from.description);
}
