/** What `configs` hold without a file is read and replaced like a file, each place told by its line. */
import { deepEqual, equal } from "node:assert/strict";
import { fields, list } from "../../lib/values/json.ts";
import { findingsOf, objectNamed, planText } from "../cli/planned_text.ts";

const NGINX = `resolver 127.0.0.11 valid=10s;
upstream a { server site_api_1:9000; }
set_real_ip_from 172.16.0.0/12;
location /b { proxy_pass http://My_Api:9001; }
`;

const services = (reference: string): string =>
  `name: site
services:
  web: { image: "acme/web:1.0", restart: always, ${reference} }
  api: { image: "acme/api:1.0", restart: always, expose: ["3000"] }
  My_Api: { image: "acme/api:1.0", restart: always, expose: ["3000"] }
`;

const CONFIG = services("configs: [{ source: nginx, target: /etc/nginx.conf }]");
const indented = NGINX.trimEnd().split("\n").map((line) => `      ${line}`).join("\n");

const KINDS: Readonly<Record<string, string>> = {
  literal: `${CONFIG}configs:\n  nginx:\n    content: |\n${indented}\n`,
  quoted: `${CONFIG}configs: { nginx: { content: ${JSON.stringify(NGINX)} } }\n`,
  variable: `${CONFIG}configs: { nginx: { environment: NGINX } }\n`,
  file: `${CONFIG}configs: { nginx: { file: ./nginx.conf } }\n`,
  mount: services('volumes: ["./nginx.conf:/etc/nginx.conf:ro"]'),
};

for (const [kind, compose] of Object.entries(KINDS)) {
  Deno.test(`hosts, ports, Docker's resolver and ranges are found in a config: ${kind}`, async () => {
    const dotenv = `NGINX=${JSON.stringify(NGINX)}\n`;
    const stack = await planText(compose, { texts: { "nginx.conf": NGINX, ".env": dotenv } });
    const ports = (name: string): readonly unknown[] =>
      list(fields(objectNamed(stack, "Service", name)?.["spec"])["ports"]).map(({ port }) => port);
    deepEqual(ports("api"), [3000, 9000]);
    deepEqual(ports("my-api"), [3000, 9001]);
    const text = stack.conversion.configuration.map(({ object }) => JSON.stringify(object)).join("\n");
    equal(text.includes("server api:9000"), true);
    equal(text.includes("http://my-api:9001"), true);
    equal(/My_Api|site_api_1/.test(text), false);
    for (const code of ["kube-docker-resolver", "kube-docker-range"]) {
      equal(findingsOf(stack, code).length, 1, code);
    }
  });
}

Deno.test("the place of what is found in a literal block is its line, else the value", async () => {
  const placesOf = async (kind: string): Promise<readonly (string | undefined)[]> => {
    const found = findingsOf(await planText(KINDS[kind] ?? ""), "kube-host-replaced");
    return found.map((text) => /\(([^()]*)\)$/.exec(text)?.[1]);
  };
  deepEqual(await placesOf("literal"), ["compose.yaml:10:27", "compose.yaml:12:32"]);
  deepEqual(await placesOf("quoted"), ["compose.yaml:6:30", "compose.yaml:6:30"]);
});
