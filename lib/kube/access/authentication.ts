/** The API server's AuthenticationConfiguration: whose tokens it takes, and who they say somebody is. */
import { stringify } from "yaml";
import type { Oidc } from "./decisions.ts";
import { DEFAULT_PREFIX } from "./objects.ts";

/** The configuration as an object of `apiserver.config.k8s.io/v1` (Kubernetes 1.34 and later). */
export function authenticationConfiguration(oidc: Oidc): Record<string, unknown> {
  const prefix = oidc.prefix ?? DEFAULT_PREFIX;
  const audiences = oidc.audiences ?? [oidc.clientId];
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    jwt: [{
      issuer: {
        url: oidc.issuer,
        audiences,
        ...(audiences.length > 1 ? { audienceMatchPolicy: "MatchAny" } : {}),
        ...(oidc.certificateAuthority === undefined
          ? {}
          : { certificateAuthority: oidc.certificateAuthority }),
      },
      claimMappings: {
        username: { claim: oidc.usernameClaim ?? "sub", prefix },
        groups: oidc.groupsExpression === undefined
          ? { claim: oidc.groupsClaim ?? "groups", prefix }
          : { expression: `(${oidc.groupsExpression}).map(group, ${JSON.stringify(prefix)} + group)` },
      },
      claimValidationRules: [
        ...(oidc.usernameClaim === "email"
          ? [{
            expression: "claims.?email_verified.orValue(false) == true",
            message: "the address must be verified",
          }]
          : []),
        ...Object.entries(oidc.requiredClaims ?? {}).map(([claim, requiredValue]) => ({
          claim,
          requiredValue,
        })),
      ],
      userValidationRules: [
        {
          expression: "!user.username.startsWith('system:')",
          message: "names that begin with system: are the cluster's own",
        },
        {
          expression: "user.groups.all(group, !group.startsWith('system:'))",
          message: "groups that begin with system: are the cluster's own",
        },
      ],
    }],
  };
}

/** The same as the file that k3s's `authentication-config` names. */
export function authenticationText(oidc: Oidc): string {
  return stringify(authenticationConfiguration(oidc), { lineWidth: 0 });
}
