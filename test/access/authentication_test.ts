/** Each version of the login's file, read by the real API server. */
import assert from "node:assert/strict";
import { authenticationText } from "../../lib/kube/access/authentication.ts";
import { startApiServer } from "./api_server.ts";
import { makeCertificates } from "./certificates.ts";
import { startIssuer } from "./issuer.ts";

for (
  const [kubernetes, groupsExpression, claims] of [
    ["1.30", "claims.?groups.orValue([])", { groups: ["developers"] }],
    ["1.34", "claims.?ext.roles.orValue([])", { ext: { roles: ["developers"] } }],
    ["1.34", "claims.?roles.orValue([])", { roles: ["developers"], username: "jo" }],
  ] as const
) {
  Deno.test({
    name: `the file for Kubernetes ${kubernetes} is read, and ${groupsExpression} of a token counts`,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const directory = await Deno.makeTempDir({ prefix: "access-" });
      const certificates = await makeCertificates(directory);
      await using issuer = await startIssuer(certificates);
      const oidc = {
        issuer: issuer.url,
        clientId: "kubernetes",
        certificateAuthority: certificates.authority,
        groupsExpression,
      };
      await using server = await startApiServer(
        directory,
        certificates,
        authenticationText(oidc, kubernetes),
      );
      const groupsOf = async (more: Readonly<Record<string, unknown>>): Promise<string[]> => {
        const who = await server.request(
          await issuer.token({ sub: "7", ...more }),
          "POST",
          "/apis/authentication.k8s.io/v1/selfsubjectreviews",
          { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
        );
        assert.equal(who.status, 201, who.text);
        const { userInfo } = JSON.parse(who.text).status;
        assert.equal(userInfo.username, "oidc:7");
        return userInfo.groups;
      };
      assert.deepEqual(await groupsOf(claims), ["oidc:developers", "system:authenticated"]);
      assert.deepEqual(await groupsOf({}), ["system:authenticated"]);
    },
  });
}
