/** Files that the stack's Traefik reads by a path in its container: of compose's secrets, and of its mounts. */
import { deepEqual, equal, match } from "node:assert/strict";
import { parse } from "yaml";
import { decodeBase64Text } from "../../lib/values/base64.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";
import { withFiles } from "../cli/in_process.ts";

const STACK = {
  "compose.yaml": `
services:
  proxy:
    image: traefik:v3.6
    command:
      - --entrypoints.websecure.address=:443
      - --providers.docker=true
      - --certificatesresolvers.le.acme.dnschallenge.provider=cloudflare
      - --certificatesresolvers.le.acme.storage=/acme/acme.json
    environment:
      CF_DNS_API_TOKEN_FILE: /run/secrets/cloudflare
      CF_ZONE_API_TOKEN_FILE: /mounted/zone
      CF_API_KEY_FILE: /nowhere/key
      CF_API_EMAIL: me@example.org
    secrets: [cloudflare, { source: people, target: /etc/traefik/people }]
    volumes: ["./mounted:/mounted:ro"]
    labels: { traefik.enable: "false" }
  app:
    image: registry.example/app:1.0
    restart: always
    expose: ["80"]
    labels:
      traefik.http.routers.app.rule: Host(\`app.example.org\`)
      traefik.http.routers.app.middlewares: known
      traefik.http.middlewares.known.basicauth.usersfile: /etc/traefik/people
secrets:
  cloudflare: { file: ./token }
  people: { environment: PEOPLE }
`,
  "token": "of-the-zone\n",
  "mounted/zone": "of-the-mount",
  ".env": "PEOPLE='anna:$$apr1$$x$$y'\n",
};

Deno.test("files of Traefik's variables and users come along, and one that is not at hand is asked for", async () => {
  await withFiles(STACK, async (directory) => {
    const { conversion, diagnostics } = await planTestStack({ directory });
    const objects = objectsOf(conversion).map(({ object }) => object);
    const dataOf = (name: string): Record<string, string> => {
      const secret = objects.find((one) => one.kind === "Secret" && one.metadata.name === name);
      const data = (secret?.["data"] ?? {}) as Record<string, string>;
      return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, decodeBase64Text(text)]));
    };
    deepEqual(dataOf("traefik-dns-files"), {
      CF_DNS_API_TOKEN_FILE: "of-the-zone\n",
      CF_ZONE_API_TOKEN_FILE: "of-the-mount",
    });
    deepEqual(dataOf("traefik-dns-provider"), {
      CF_DNS_API_TOKEN_FILE: "/dns-provider/CF_DNS_API_TOKEN_FILE",
      CF_ZONE_API_TOKEN_FILE: "/dns-provider/CF_ZONE_API_TOKEN_FILE",
      CF_API_KEY_FILE: "/nowhere/key",
      CF_API_EMAIL: "me@example.org",
    });
    const [users = ""] = Object.values(dataOf("known-users"));
    match(users, /^anna:/);
    const chart = objects.find(({ kind }) => kind === "HelmChartConfig");
    const { valuesContent } = chart?.["spec"] as { valuesContent: string };
    deepEqual(parse(valuesContent).volumes, [
      { name: "traefik-dns-files", mountPath: "/dns-provider", type: "secret" },
    ]);
    const asked = diagnostics.filter(({ code }) => code === "traefik-dns-file");
    equal(asked.length, 1);
    match(asked[0]?.message ?? "", /"CF_API_KEY_FILE".*"\/nowhere\/key"/);
  });
});
