/** A Traefik that asks no engine knows no container: neither labels nor its default rule make routes. */
import { deepEqual, match } from "node:assert/strict";
import { planText } from "../cli/planned_text.ts";

const stack = (flags: string): string => `
services:
  traefik:
    image: traefik:v3.4
    command: ["--entrypoints.web.address=:80"${flags}]
    ports: ["80:80"]
  plain: { image: "nginx:1.27", expose: ["80"] }
  labelled:
    image: nginx:1.27
    expose: ["80"]
    labels: [traefik.enable=true, "traefik.http.routers.one.rule=Host(\`a.example.org\`)"]
  off: { image: "nginx:1.27", labels: [traefik.enable=false, "traefik.http.routers.two.rule=Host(\`b.example.org\`)"] }
`;

async function routes(flags: string): Promise<{ routers: readonly string[]; said: readonly unknown[][] }> {
  const { routing, diagnostics } = await planText(stack(flags));
  const said = diagnostics.filter(({ code }) => code === "traefik-not-enabled");
  for (const { message } of said) match(message, /asks no engine for labels/);
  return {
    routers: [...routing?.http.routers.keys() ?? []].map((name) => name.replace(/-planned-[^@]*@/, "@"))
      .sort(),
    said: said.map(({ severity, span }) => [severity, span?.line]),
  };
}

Deno.test("with a file provider alone labels have no effect, and no container is exposed by default", async () => {
  for (const flags of [`, "--providers.file.directory=/d"`, `, "--providers.docker=false"`]) {
    deepEqual(await routes(flags), { routers: [], said: [["info", 11]] });
  }
});

Deno.test("with the docker provider both are routed, and labels alone where no provider is named", async () => {
  const both = await routes(`, "--providers.docker", "--providers.file.directory=/d"`);
  deepEqual(both.said, []);
  deepEqual(both.routers.includes("one@docker") && both.routers.includes("plain@docker"), true);
  deepEqual(await routes(""), { routers: ["one@docker"], said: [] });
});
