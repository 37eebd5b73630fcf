/** The shape of `access:` in `decisions.yaml`: who may do what in the cluster, and who says who somebody is. */
import { z } from "zod";

/** - `viewer` looks; `deployer` also restarts, changes images and scales; `operator` runs the namespace. */
const role = z.enum(["viewer", "deployer", "operator"]);

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

export const accessSchema = z.strictObject({
  oidc: oidc.optional(),
  groups: z.record(z.string().min(1), role).optional().describe("By the group as the issuer writes it"),
  people: z.record(
    z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,60}[a-z0-9])?$/, "expected lower-case letters, digits, - and ."),
    z.strictObject({
      role,
      user: z.string().min(1).optional().describe("As the issuer writes it; without one, a service account"),
    }),
  ).optional(),
});

export type Access = z.infer<typeof accessSchema>;
export type Oidc = z.infer<typeof oidc>;
export type Role = z.infer<typeof role>;
