/** Labels that have no effect, as Traefik takes enabled services alone, are said; what was switched off by a label is not. */
import { deepEqual } from "node:assert/strict";
import { planText } from "../cli/planned_text.ts";

Deno.test("labels of a service that nobody enabled have no effect, and that is said once", async () => {
  const said = async (option: string): Promise<readonly (string | number | undefined)[][]> => {
    const { diagnostics } = await planText(`
services:
  traefik:
    image: traefik:3.6
    command: ["--providers.docker", "--entrypoints.web.address=:80"${option}]
    ports: ["80:80"]
  forgotten: { image: "nginx:1.27", labels: ["traefik.http.routers.one.rule=Host(\`a.example.org\`)"] }
  off: { image: "nginx:1.27", labels: [traefik.enable=false, "traefik.http.routers.two.rule=Host(\`b.example.org\`)"] }
  unlabelled: { image: "nginx:1.27" }
  on: { image: "nginx:1.27", labels: [traefik.enable=true, "traefik.http.routers.three.rule=Host(\`c.example.org\`)"] }
`);
    return diagnostics.filter(({ code }) => code === "traefik-not-enabled").map(({ message, span }) => [
      /"[^"]+"/.exec(message)?.[0],
      span?.line,
    ]);
  };
  deepEqual(await said(`, "--providers.docker.exposedByDefault=false"`), [['"forgotten"', 7]]);
  deepEqual(await said(""), []);
});
