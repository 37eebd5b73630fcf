/** Network policies on a cluster that has the stack already: nothing changes until it is decided. */
import assert from "node:assert/strict";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { runFerry } from "./ferry.ts";

const COMPOSE = `services:
  web: { image: "nginx:1.27", restart: always, expose: ["80"], networks: [front] }
  store: { image: "registry.invalid/store:1", restart: always, networks: [back] }
networks: { front: {}, back: { internal: true } }
`;

Deno.test("a cluster without policies keeps none until they are decided, and a new one has them", () =>
  withCluster(async (cluster) => {
    const directory = await Deno.makeTempDir({ prefix: "networks-" });
    try {
      await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
      const decide = (text: string): Promise<void> =>
        Deno.writeTextFile(`${directory}/decisions.yaml`, `namespace: ${cluster.prefix}\n${text}`);
      const env = { DOCKER_HOST: "unix:///none" };
      const run = async (...args: string[]): Promise<string> => {
        const { code, out, err } = await runFerry([...args, "--stack", directory, "--embedded"], {
          cluster,
          env,
        });
        assert.equal(code, 0, err);
        return out + err;
      };
      const policies = async (): Promise<readonly string[]> => {
        const { body } = await cluster.api.request(
          "GET",
          `/apis/networking.k8s.io/v1/namespaces/${cluster.prefix}/networkpolicies`,
        );
        // The edge: a NetworkPolicyList.
        const { items } = body as {
          readonly items: readonly { readonly metadata: { readonly name: string } }[];
        };
        return items.map(({ metadata }) => metadata.name).toSorted();
      };
      const all = ["internal-back", "network-back", "network-front", "networks"];

      await decide("networkPolicies: false\n");
      await run("migrate", "--yes");
      assert.deepEqual(await policies(), []);

      await decide("");
      assert.match(await run("migrate", "--dry-run"), /0 to change|nothing to do|Nothing to do/i);
      await run("migrate", "--yes");
      assert.deepEqual(await policies(), [], "nobody decided");
      assert.match(await run("check"), /kube-network-policies/);

      await decide("networkPolicies: true\n");
      const shown = await run("migrate", "--dry-run");
      assert.match(shown, /NetworkPolicy \S+\/networks to create/);
      assert.doesNotMatch(shown, /Deployment/, "no program starts anew");
      await run("migrate", "--yes");
      assert.deepEqual(await policies(), all);

      await decide("");
      await run("migrate", "--yes");
      assert.deepEqual(await policies(), all, "what was made stays");
      assert.doesNotMatch(await run("check"), /kube-network-policies/);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }));
