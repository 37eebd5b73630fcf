import assert from "node:assert/strict";
import { convertFaf, fafTest } from "./faf_stack.ts";

/** Who needs whom, as read by people from environment and configuration files. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  "faf-aio-replayserver": ["faf-db"],
  "faf-anope": ["faf-db", "faf-ircd"],
  "faf-db-migrations": ["faf-db"],
  "faf-java-api": ["faf-db", "faf-ory-hydra", "faf-rabbitmq"],
  "faf-league-service": ["faf-db", "faf-rabbitmq"],
  "faf-ory-hydra": ["faf-db"],
  "faf-policy-server": ["faf-db"],
  "faf-postal": ["faf-db", "faf-rabbitmq"],
  "faf-python-server": ["faf-db", "faf-ory-hydra", "faf-rabbitmq"],
  "faf-qai": ["faf-ircd"],
  "faf-rust-replayserver": ["faf-db"],
  "faf-user-service": ["faf-db", "faf-ory-hydra"],
  "faf-website": ["faf-java-api", "faf-wordpress"],
  "faf-wordpress": ["faf-db"],
  "mysql-exporter": ["faf-db"],
  "nodebb": ["faf-java-api", "faf-ory-hydra", "mongodb"],
  "prometheus": [
    "cadvisor",
    "faf-aio-replayserver",
    "faf-java-api",
    "faf-python-server",
    "faf-rabbitmq",
    "faf-rust-replayserver",
    "mysql-exporter",
    "node-exporter",
  ],
  "promtail": ["loki"],
  "qai": ["faf-ircd"],
  "unitdb": ["faf-java-api"],
  "wikijs": ["postgres-wikijs"],
};

fafTest("FAF: the dependencies are those that exist, none missing and none invented", async () => {
  const { conversion } = await convertFaf();
  const found = Object.fromEntries(
    [...conversion.services.values()].filter(({ dependsOn }) => dependsOn.length > 0)
      .map(({ name, dependsOn }) => [name, dependsOn.map(({ service }) => service)]).sort(([left], [right]) =>
        String(left) < String(right) ? -1 : 1
      ),
  );
  assert.deepEqual(found, EDGES);
});
