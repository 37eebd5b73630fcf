import assert from "node:assert/strict";
import { load } from "../../compose/mod.ts";
import { type OrderedProject, orderProjects } from "../../lib/stack/project_order.ts";
import { withFiles } from "../cli/in_process.ts";

/** Projects of their compose texts, in the order of the keys, ordered. */
async function inOrder(
  texts: Readonly<Record<string, string>>,
): Promise<{ names: readonly string[]; cut: readonly string[] }> {
  const files = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${name}/compose.yaml`, text]),
  );
  let result = { names: [] as readonly string[], cut: [] as readonly string[] };
  await withFiles(files, async (directory) => {
    const projects = await Promise.all(
      Object.keys(texts).map(async (name): Promise<OrderedProject> => {
        const { project } = await load({ directory: `${directory}/${name}`, environment: {} });
        assert.ok(project);
        const services = Object.values(project.services);
        const hasTraefik = services.some(({ image }) => image?.startsWith("traefik"));
        const isRouted = services.some(({ labels }) => labels?.["traefik.enable"] === "true");
        return { project, namespace: name, skipped: new Set(), hasTraefik, isRouted };
      }),
    );
    const { order, cut } = orderProjects(projects);
    const name = (index: number): string => projects[index]?.namespace ?? "";
    result = {
      names: order.map(name),
      cut: cut.map(({ from, to, why }) => `${name(from)} -> ${name(to)}: ${why}`),
    };
  });
  return result;
}

const ROUTED = `services: { web: { image: "a:1", labels: { traefik.enable: "true" } } }\n`;
const TRAEFIK = `services: { edge: { image: "traefik:3" } }\n`;
const on = (networks: string, rest = ""): string =>
  `services: { app: { image: "a:1", networks: [shared]${rest} } }\nnetworks: { shared: ${networks} }\n`;

Deno.test("nothing tells them apart: as they were given", async () => {
  const plain = `services: { a: { image: "a:1" } }\n`;
  assert.deepEqual(await inOrder({ c: plain, a: plain, b: plain }), { names: ["c", "a", "b"], cut: [] });
});

Deno.test("Traefik's project comes before those with labels for it", async () => {
  assert.deepEqual((await inOrder({ shop: ROUTED, edge: TRAEFIK })).names, ["edge", "shop"]);
});

Deno.test("who makes a network comes before who uses it, Traefik included", async () => {
  const user = on("{ name: shared, external: true }");
  const edge = `${
    TRAEFIK.replace(" }", ", networks: [shared] }")
  }networks: { shared: { name: shared, external: true } }\n`;
  const { names } = await inOrder({ user, edge, shop: ROUTED, maker: on("{ name: shared }") });
  assert.deepEqual(names, ["maker", "user", "edge", "shop"]);
});

Deno.test("a network of the same key is another one where its name is", async () => {
  const { names } = await inOrder({
    user: on("{ external: true, name: other }"),
    maker: on("{ name: shared }"),
  });
  assert.deepEqual(names, ["user", "maker"]);
});

Deno.test("who is named on a shared network comes before who names it", async () => {
  const external = "{ name: shared, external: true }";
  const database =
    `services: { store: { image: "postgres:16", networks: [shared] } }\nnetworks: { shared: ${external} }\n`;
  const caller = on(external, ", environment: { DB_URL: postgres://store/x }");
  assert.deepEqual((await inOrder({ caller, database })).names, ["database", "caller"]);
  const apart = caller.replace("name: shared", "name: elsewhere");
  assert.deepEqual((await inOrder({ apart, database })).names, ["apart", "database"]);
});

Deno.test("of projects that need each other the weakest need is given up, and said", async () => {
  const edge = `services:
  edge: { image: "traefik:3", networks: [shared], environment: { AUTH: "http://login:80" } }
networks: { shared: { name: shared, external: true } }
`;
  const login = `services:
  login: { image: "a:1", networks: [shared], labels: { traefik.enable: "true" } }
networks: { shared: { name: shared, external: true } }
`;
  assert.deepEqual(await inOrder({ login, edge }), {
    names: ["edge", "login"],
    cut: ["edge -> login: name"],
  });
});
