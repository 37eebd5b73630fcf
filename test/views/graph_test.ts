/** `graph`: the map of a stack, in every format. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { instance } from "@viz-js/viz";
import { told, withFiles } from "../cli/in_process.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

const STACK = {
  "compose.yaml": `services:
  web:
    image: acme/web:1
    ports: ["8080:80"]
    depends_on: { db: { condition: service_healthy } }
    environment: { CACHE_URL: "redis://cache:6379" }
    labels: { traefik.http.routers.web.rule: "Host(\`shop.example\`) || Host(\`www.shop.example\`)" }
    volumes: ["./data:/data", "./own:/own"]
  db:
    image: postgres:16
    healthcheck: { test: ["CMD", "pg_isready"] }
    volumes: ["base:/var/lib/postgresql/data"]
  cache: { image: "redis:7" }
  end: { image: "acme/end:1", volumes: ["./data:/in:ro"] }
  far: { image: "acme/far:1" }
  gone: { image: "acme/gone:1" }
volumes: { base: {} }
`,
  "decisions.yaml": `engine: none\nservices: { gone: { skip: not needed } }\n`,
  "data/": "",
  "own/": "",
};

async function drawn(directory: string, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await told(directory, ["graph", "--stack", directory, ...args]);
  equal(code, 0, err);
  return out;
}

Deno.test("the tree has every service in its lane, with ways in, needs and stores", async () => {
  await withFiles(STACK, async (directory) => {
    const out = await drawn(directory);
    match(out, /: 6 services, 2 ways in, 2 needs, 3 stores\n/);
    match(
      out,
      /\n050_databases .*\n├─ db StatefulSet\n│ {2}└─ keeps base at \/var\/lib\/postgresql\/data\n└─ cache/,
    );
    match(out, /from outside Host\(`shop\.example`\) \|\| Host\(`www\.shop\.example`\)/);
    match(out, /from outside 8080\/tcp \(Service of type LoadBalancer, to 80\)/);
    match(out, /needs cache \(CACHE_URL names "cache"\)\n.*needs db \(depends_on, healthy\)/);
    match(out, /keeps \.\/data at \/data, shared with end\n/);
    match(out, /reads \.\/data at \/in, shared with web\n/);
    match(out, /\nleft out by decision, or as the cluster has its own\n└─ gone\n$/);
  });
});

Deno.test("--of keeps one service, what it needs, and who needs it; a slip of the pen is answered", async () => {
  await withFiles(STACK, async (directory) => {
    const { lanes, stores } = JSON.parse(await drawn(directory, "--of", "db", "-o", "json"));
    const names = lanes.flatMap(({ services }: { services: { name: string }[] }) =>
      services.map(({ name }) => name)
    );
    deepEqual(names.sort(), ["db", "web"]);
    deepEqual(stores.map(({ name }: { name: string }) => name).sort(), ["./data", "./own", "base"]);
    const { code, err } = await told(directory, ["graph", "--stack", directory, "--of", "wbe"]);
    equal(code, 2);
    match(err, /cli-service-unknown[^]*Did you mean "web"\?/);
  });
});

Deno.test("DOT is read by Graphviz, and the SVG has every service, host and shared store as text", async () => {
  await withFiles(STACK, async (directory) => {
    const dot = await drawn(directory, "-o", "dot");
    const { status, errors } = (await instance()).render(dot, { format: "plain" });
    deepEqual([status, errors], ["success", []]);
    const svg = await drawn(directory, "-o", "svg");
    for (
      const word of ["web", "db", "cache", "end", "far", "gone", "shop.example", "8080/tcp", "050_databases"]
    ) {
      ok(svg.includes(`>${word}</text>`), word);
    }
    equal(svg.split(">./data</text>").length, 2, "a shared store is one node");
    doesNotMatch(svg, /<script|href=/);
  });
});

Deno.test("names that mean something to Graphviz, Mermaid or HTML stay names", async () => {
  const name = "graph.end-1";
  const files = {
    "compose.yaml": JSON.stringify({
      services: {
        [name]: { image: "a:1", volumes: ['./a<b>&"c"\\d:/x', "./%%{init}%%:/y"], ports: ["80:80"] },
        end: { image: "b:1", depends_on: [name] },
      },
    }),
    "decisions.yaml": "engine: none\n",
  };
  await withFiles(files, async (directory) => {
    const dot = await drawn(directory, "-o", "dot");
    deepEqual((await instance()).render(dot, { format: "plain" }).errors, []);
    const svg = await drawn(directory, "-o", "svg");
    ok(svg.includes("./a&lt;b&gt;&amp;&quot;c&quot;\\d"), svg);
    const mermaid = await drawn(directory, "-o", "mermaid");
    match(mermaid, /^flowchart LR\n/);
    match(mermaid, /\n {4}s\d\["end"\]\n/);
    ok(mermaid.includes("./a#60;b#62;#38;#34;c#34;#92;d"), mermaid);
    ok(mermaid.includes("./#37;#37;{init}#37;#37;"), "a directive of Mermaid, wherever it stands");
    match(mermaid, /\n {2}s\d --> s\d\n/);
  });
});

Deno.test("the example's map has all of its services once, and every need between services of the map", async () => {
  const { out } = await told(HOME, ["graph", "-o", "json"]);
  const { schemaVersion, lanes, needs, routes } = JSON.parse(out);
  equal(schemaVersion, 1);
  const names: string[] = lanes.flatMap(({ services }: { services: { name: string }[] }) =>
    services.map(({ name }) => name)
  );
  equal(names.length, 11);
  equal(new Set(names).size, 11);
  for (const { from, to, why } of needs) ok(names.includes(from) && names.includes(to) && why !== "");
  ok(routes.length >= 5);
});

Deno.test("what a rule asks of who may come in is shown by no map", async () => {
  const labels = {
    "traefik.http.routers.web.rule": "Host(`a.example`) && Header(`X-Api-Key`, `hunter2`)",
    "traefik.http.services.web.loadbalancer.server.port": "80",
  };
  const files = {
    "compose.yaml": JSON.stringify({ services: { web: { image: "a:1", labels } } }),
    "decisions.yaml": "engine: none\n",
  };
  await withFiles(files, async (directory) => {
    for (const output of ["text", "json", "dot", "mermaid", "svg"]) {
      const out = await drawn(directory, "-o", output);
      ok(!out.includes("hunter2") && out.includes("a.example"), out);
    }
    const { out } = await told(directory, ["explain", "--stack", directory, "web", "ingressroute/web"]);
    ok(!out.includes("hunter2") && out.includes("X-Api-Key"), out);
  });
});
