/** What is wrong with a middleware that nothing uses is told, and keeps nobody from moving. */
import { deepEqual } from "node:assert/strict";
import { staticSide } from "./static_side.ts";

const DYNAMIC = `http:
  middlewares:
    login: { basicAuth: { usersFile: /users/none } }
    all: { chain: { middlewares: [login] } }
`;

async function said(more: string): Promise<readonly (string | undefined)[]> {
  const { said } = await staticSide(
    `name: shop
services:
  traefik:
    image: traefik:v3.4
    ports: ["80:80"]
    volumes: ["./d.yml:/d.yml:ro"]
    command: ["--entrypoints.web.address=:80", "--providers.docker", "--providers.file.filename=/d.yml"${more}]
    labels: { traefik.http.routers.x.rule: "Host(\`x.example.org\`)", traefik.http.routers.x.service: api@internal }
`,
    { files: { "d.yml": DYNAMIC } },
  );
  return said("traefik-users-file").map(({ severity }) => severity);
}

Deno.test("an unused middleware without its file is a warning, a used one an error, also by a chain of an entry point", async () => {
  deepEqual(await said(""), ["warning"]);
  deepEqual(await said(`, "--entrypoints.web.http.middlewares=all@file"`), ["error"]);
});
