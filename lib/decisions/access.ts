/** The shape of `access:` in `decisions.yaml`: who may do what in the cluster, and who says who somebody is. */
import { z } from "zod";
import { label } from "../stack/names.ts";

/** - `viewer` looks; `deployer` also restarts, changes images and scales; `operator` runs the namespace. */
export const ROLES = ["viewer", "deployer", "operator"] as const;

const role = z.enum(ROLES);

const oidc = z.strictObject({
  issuer: z.url({ protocol: /^https$/ }).describe(
    "Exactly as in the tokens; the API server reads its keys there",
  ),
  clientId: z.string().min(1).describe("The client by which people log in"),
  audiences: z.array(z.string().min(1)).min(1).optional().describe("Default: the client"),
  certificateAuthority: z.string().startsWith("-----BEGIN CERTIFICATE-----").optional().describe(
    "Of the issuer, where it is not a public one",
  ),
  usernameClaim: z.string().min(1).optional().describe("Default: sub"),
  groupsClaim: z.string().min(1).optional().describe("Default: groups"),
  groupsExpression: z.string().min(1).optional().describe("CEL, in place of groupsClaim"),
  prefix: z.string().regex(/^[a-z][a-z0-9-]*:$/, "expected letters and a colon").optional().describe(
    "Before names and groups, so that no token is taken for somebody else; default: oidc:",
  ),
  requiredClaims: z.record(z.string(), z.string()).optional(),
  scopes: z.array(z.string().min(1)).optional().describe("Asked for besides openid"),
});

/** What a person may be called. */
export const PERSON_NAME = /^[a-z0-9]([-a-z0-9.]{0,60}[a-z0-9])?$/;

export const accessSchema = z.strictObject({
  oidc: oidc.optional(),
  groups: z.record(z.string().min(1), role).superRefine(refuseSameLabels).optional().describe(
    "By the group as the issuer writes it",
  ),
  people: z.record(
    z.string().regex(PERSON_NAME, "expected lower-case letters, digits, - and ."),
    z.strictObject({
      role,
      user: z.string().min(1).optional().describe("As the issuer writes it; without one, a service account"),
    }),
  ).superRefine(refuseSameLabels).optional(),
});

/** Two names must not become one in the cluster: the objects of the one would be those of the other. */
function refuseSameLabels(entries: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const seen = new Map<string, string>();
  for (const name of Object.keys(entries)) {
    const first = seen.get(label(name));
    if (first === undefined) seen.set(label(name), name);
    else {context.addIssue({
        code: z.ZodIssueCode.custom,
        path: [name],
        message: `the same name in the cluster as "${first}"`,
      });}
  }
}

export type Access = z.infer<typeof accessSchema>;
export type PersonDecision = NonNullable<Access["people"]>[string];
export type Oidc = z.infer<typeof oidc>;
export type Role = z.infer<typeof role>;
