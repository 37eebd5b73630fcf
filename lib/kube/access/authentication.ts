/** The API server's AuthenticationConfiguration: whose tokens it takes, and who they say somebody is. */
import type { Oidc } from "../../decisions/access.ts";
import { DEFAULT_PREFIX } from "./objects.ts";
import { yamlOutput } from "../../diagnostics/yaml_output.ts";

/** The oldest version that reads such a file without a feature gate, and the oldest that this program supports. */
const OLDEST = "1.30";

/**
 * The configuration as an object of `apiserver.config.k8s.io`, in the version that `kubernetes` reads: v1 came with
 * 1.34; v1beta1 is read since 1.30, and is still read by 1.36.
 */
function authenticationConfiguration(oidc: Oidc, kubernetes = OLDEST): Record<string, unknown> {
  const prefix = oidc.prefix ?? DEFAULT_PREFIX;
  const audiences = oidc.audiences ?? [oidc.clientId];
  return {
    apiVersion: `apiserver.config.k8s.io/${minor(kubernetes) >= 34 ? "v1" : "v1beta1"}`,
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
          // A claim by itself has no type, and only what is dyn can be gone through.
          : { expression: `dyn(${oidc.groupsExpression}).map(group, ${JSON.stringify(prefix)} + group)` },
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
export function authenticationText(oidc: Oidc, kubernetes?: string): string {
  return yamlOutput(authenticationConfiguration(oidc, kubernetes), { lineWidth: 0 });
}

function minor(version: string): number {
  return Number(version.split(".")[1]);
}
