import assert from "node:assert/strict";
import { told, withFiles } from "./in_process.ts";

const NONE = { environment: { DOCKER_HOST: "unix:///none" } };
const EDGE = `services:
  edge: { image: "traefik:v3.3", command: ["--entrypoints.web.address=:80"], ports: ["80:80"], networks: [proxy] }
networks: { proxy: { name: proxy, external: true } }
`;
const shop = (name: string): string =>
  `services:
  ${name}:
    image: registry.example/${name}:1
    networks: [proxy]
    labels:
      traefik.enable: "true"
      traefik.http.routers.${name}.rule: Host(\`${name}.example.org\`)
      traefik.http.routers.${name}.entrypoints: web
      traefik.http.services.${name}.loadbalancer.server.port: "80"
networks: { proxy: { external: true } }
`;
const MACHINE = {
  "blog/compose.yaml": shop("blog"),
  "shop/docker-compose.yml": shop("shop"),
  "traefik/compose.yaml": EDGE,
  "notes/readme.md": "",
};

interface Told {
  readonly stack?: string;
  readonly diagnostics?: readonly { readonly code: string }[];
  readonly stacks?: readonly {
    readonly stack: string;
    readonly namespace: string;
    readonly exitCode: number;
  }[];
}

function lines(out: string): readonly Told[] {
  return out.trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("check of a folder of projects: Traefik's first, each with what the others are, one summary", async () => {
  await withFiles(MACHINE, async (machine) => {
    const { code, out } = await told(machine, ["check", "--stacks", ".", "-o", "json"], NONE);
    assert.equal(code, 0);
    const said = lines(out);
    const stacks = [`${machine}/traefik`, `${machine}/blog`, `${machine}/shop`];
    assert.deepEqual(said.slice(0, -1).map(({ stack }) => stack), stacks);
    const codes = said.flatMap(({ diagnostics = [] }) => diagnostics.map(({ code }) => code));
    assert.ok(!codes.includes("traefik-elsewhere"), codes.join(" "));
    assert.deepEqual(said.at(-1), {
      schemaVersion: 1,
      stacks: [
        { stack: stacks[0], namespace: "traefik", exitCode: 0 },
        { stack: stacks[1], namespace: "blog", exitCode: 0 },
        { stack: stacks[2], namespace: "shop", exitCode: 0 },
      ],
    });
  });
});

Deno.test("several --stack, in text: the same order, a line each, and the lines that a stack alone needs", async () => {
  await withFiles(MACHINE, async (machine) => {
    const { code, out, err } = await told(
      machine,
      ["check", "--stack", "shop", "--stack", "traefik", "--stack", "shop"],
      NONE,
    );
    assert.equal(code, 0);
    assert.match(out, /Stacks, in this order:\n {2}traefik {2}ok\n {2}shop {5}ok\n/);
    assert.match(err, /1 of 2: traefik\n[^]*2 of 2: shop\n/);
    assert.match(
      err,
      /For runs of shop alone, add to its decisions\.yaml: traefik: \{ from: \.\.\/traefik \}/,
    );
  });
});

Deno.test("one that cannot be read says so itself, last, and the others are as they are", async () => {
  await withFiles({ ...MACHINE, "apart/compose.yaml": "services: [" }, async (machine) => {
    const { code, out } = await told(machine, ["check", "--stacks", ".", "-o", "json"], NONE);
    assert.equal(code, 3);
    const summary = lines(out).at(-1)?.stacks ?? [];
    assert.deepEqual(summary.map(({ exitCode }) => exitCode), [0, 0, 0, 3]);
    assert.equal(summary[3]?.stack, `${machine}/apart`);
  });
});

Deno.test("flags of one stack, commands for one and two stacks of one name are refused", async () => {
  const files = { ...MACHINE, "old/shop/compose.yaml": shop("shop") };
  await withFiles(files, async (machine) => {
    const several = ["--stack", "shop", "--stack", "traefik"];
    for (const args of [["check", ...several, "-f", "compose.yaml"], ["config", ...several]]) {
      const { code, err } = await told(machine, args, NONE);
      assert.equal(code, 2, args.join(" "));
      assert.match(err, /error\[cli-several-stacks\]/);
    }
    const twins = await told(machine, ["check", "--stack", "shop", "--stack", "old/shop"], NONE);
    assert.equal(twins.code, 3);
    assert.match(twins.err, /"shop" and "old\/shop" would both be namespace "shop"/);
    const nothing = await told(machine, ["check", "--stacks", "notes"], NONE);
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /error\[cli-no-projects\]/);
  });
});

Deno.test("one --stack is as ever", async () => {
  await withFiles(MACHINE, async (machine) => {
    const { code, out } = await told(machine, ["check", "--stack", "shop", "-o", "json"], NONE);
    assert.equal(code, 0);
    const [first, ...others] = lines(out);
    assert.deepEqual([first?.stack, others], [undefined, []]);
    assert.ok(first?.diagnostics?.some(({ code }) => code === "traefik-elsewhere"));
  });
});
