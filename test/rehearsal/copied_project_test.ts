/** A copy of a stack has all that the stack has, and nothing by which it would reach what is live. */
import assert from "node:assert/strict";
import { load, printYaml } from "../../compose/mod.ts";
import type { Project } from "../../compose/project.ts";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { yamlOutput } from "../../lib/diagnostics/yaml_output.ts";
import { copiedDecisions } from "../../lib/rehearsal/copied_decisions.ts";
import { copiedPlaces } from "../../lib/rehearsal/copied_places.ts";
import { copiedProject } from "../../lib/rehearsal/copied_project.ts";
import { copiedServices } from "../../lib/rehearsal/copied_services.ts";
import { isRecord } from "../../lib/values/json.ts";

const COMPOSE = `name: shop
services:
  traefik:
    image: traefik:v3.6
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  web:
    build: .
    container_name: shop-front
    ports: ["127.0.0.1:8080:80", "5353:53/udp"]
    labels: { traefik.http.routers.web.rule: "Host(\`shop.test\`)" }
    environment: { PRICE: "5$$", URL: http://api }
    depends_on: { api: { condition: service_started }, traefik: { condition: service_started } }
    links: [traefik, api]
    logging: { driver: syslog }
    networks: { front: { aliases: [www], ipv4_address: 172.30.0.5 }, back: {} }
    volumes: ["./site:/site:ro", "./data/uploads:/uploads", "/srv/media/new:/new", "/srv/media:/media"]
  api:
    image: shop/api:1
    networks: [back]
    volumes: ["./data/uploads/thumbs:/thumbs:ro", "orders:/orders", "scratch:/scratch"]
    healthcheck: { test: ["CMD", "true"] }
  beside: { image: shop/beside:1, network_mode: "service:proxy" }
  proxy: { image: shop/proxy:1, network_mode: host }
  usb: { image: shop/usb:1, devices: ["/dev/ttyUSB0:/dev/ttyUSB0"] }
  agent: { image: shop/agent:1, volumes: ["/etc:/etc"] }
  look: { image: shop/look:1, volumes: ["/proc:/host/proc:ro", "far:/far"] }
networks:
  front: { external: true, name: edge, ipam: { config: [{ subnet: 172.30.0.0/16 }] } }
  back: { driver: bridge }
volumes:
  orders: {}
  scratch: { driver_opts: { type: tmpfs, device: tmpfs } }
  far: { driver_opts: { type: nfs, o: "addr=10.0.0.9", device: ":/far" } }
`;

const DECISIONS = `namespace: store
storageRoot: /mnt/new
storage:
  ./data/uploads: { kind: data, size: 20Gi, path: /mnt/uploads }
  /srv/media/new/: { kind: data }
  orders: { owner: "7:7", path: /mnt/orders }
services:
  api: { migration: databases }
  proxy: { skip: "stays" }
backups: {}
access: {}
accepted: { some-code web: fine }
`;

const NOTHING_KNOWN = { located: new Map<string, string>(), sources: new Map() };
const FOLDER = "/opt/.shop-rehearsal";

async function shop(): Promise<Project> {
  const { project, diagnostics, directory } = await loaded(COMPOSE);
  assert.ok(project, JSON.stringify(diagnostics));
  // As if it lay where the texts below say.
  return relocated(project, directory, "/opt/shop");
}

async function loaded(
  text: string,
): Promise<Awaited<ReturnType<typeof load>> & { readonly directory: string }> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/compose.yaml`, text);
    return { ...await load({ directory, environment: {} }), directory };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function relocated(project: Project, from: string, to: string): Project {
  const move = (value: unknown): unknown => {
    if (typeof value === "string") return value.replaceAll(from, to);
    if (Array.isArray(value)) return value.map(move);
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, move(v)])) : value;
  };
  const { span, written, variable, ...rest } = project;
  return { ...(move(rest) as typeof rest), span, written, variable };
}

Deno.test("who lives in the machine has no copy, nor has who shares what that one has", async () => {
  const { kept, leftOut } = copiedServices(await shop(), new Map());
  assert.deepEqual(kept, ["web", "api"]);
  assert.deepEqual(leftOut, {
    agent: 'it writes to the machine\'s "/etc"',
    beside: 'it shares what "proxy" has, which is left out',
    look: 'its volume "far" is a network share or belongs to a volume plugin, and is not copied',
    proxy: "in the host's network it would need the ports of the live one",
    traefik: "a second Traefik would read the labels of the live stack",
    usb: "it has a device of the machine, /dev/ttyUSB0",
  });
});

Deno.test("what somebody writes to is copied once, with all that lies in it", async () => {
  const project = await shop();
  const places = copiedPlaces(project, ["api", "web"], {
    located: new Map([["orders", "/var/lib/docker/volumes/shop_orders/_data"]]),
    sources: new Map(),
  }, FOLDER);
  assert.deepEqual(places.copies, [
    { from: "/opt/shop/data/uploads", to: `${FOLDER}/stack/data/uploads` },
    { from: "/srv/media", to: `${FOLDER}/outside/srv/media` },
    { from: "/var/lib/docker/volumes/shop_orders/_data", to: `${FOLDER}/volumes/orders`, volume: "orders" },
  ]);
  assert.equal(places.bind("/srv/media/new"), `${FOLDER}/outside/srv/media/new`);
  assert.equal(places.bind("/opt/shop/data/uploads/thumbs"), `${FOLDER}/stack/data/uploads/thumbs`);
  const made = copiedPlaces(
    project,
    ["web"],
    { ...NOTHING_KNOWN, sources: new Map([["/opt/shop/site", { real: "/opt/shop/site", kind: "missing" }]]) },
    FOLDER,
  );
  assert.equal(
    made.bind("/opt/shop/site"),
    `${FOLDER}/stack/site`,
    "Docker would make it where the stack lies",
  );
  assert.equal(places.bind("/opt/shop/site"), "/opt/shop/site", "nobody writes there: it is shared");
  assert.deepEqual([...places.volumes], [["orders", `${FOLDER}/volumes/orders`], ["scratch", undefined]]);
});

Deno.test("the copy's compose file is understood again as it is meant", async () => {
  const project = await shop();
  const kept = ["api", "web"];
  const places = copiedPlaces(project, kept, NOTHING_KNOWN, FOLDER);
  const text = yamlOutput(copiedProject(project, { folder: FOLDER, kept, places, isOnline: false }), {
    lineWidth: 0,
  });
  const golden = new URL("copy.golden.yaml", import.meta.url);
  if (Deno.env.get("UPDATE") === "1") await Deno.writeTextFile(golden, text);
  assert.equal(text, await Deno.readTextFile(golden));
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/compose.yaml`, text);
  const again = await load({ directory, environment: {} });
  await Deno.remove(directory, { recursive: true });
  assert.ok(again.project, JSON.stringify(again.diagnostics));
  assert.deepEqual(again.project.services["web"]?.environment, { PRICE: "5$", URL: "http://api" });
  assert.doesNotMatch(printYaml(again.project), /published|traefik\.http|container_name|edge|172\.30/);
});

Deno.test("online, its networks lead to other machines", async () => {
  const project = await shop();
  const places = copiedPlaces(project, ["web"], NOTHING_KNOWN, FOLDER);
  const copy = copiedProject(project, { folder: FOLDER, kept: ["web"], places, isOnline: true });
  assert.doesNotMatch(JSON.stringify(copy), /internal/);
});

Deno.test("the engine's own network becomes one that leads nowhere, unless the copy is online", async () => {
  const { project } = await loaded(`name: shop
services:
  beside: { image: shop/beside:1, network_mode: bridge }
  alone: { image: shop/alone:1, network_mode: none }
`);
  assert.ok(project);
  const kept = ["beside", "alone"];
  const places = copiedPlaces(project, kept, NOTHING_KNOWN, FOLDER);
  const copy = (isOnline: boolean) => copiedProject(project, { folder: FOLDER, kept, places, isOnline });
  const offline = copy(false);
  assert.equal(JSON.stringify(offline).match(/"network_mode":"none"/g)?.length, 1);
  assert.doesNotMatch(JSON.stringify(offline), /bridge/);
  assert.deepEqual(offline["networks"], {
    default: { internal: true, labels: { "compose-ferry/rehearsal": FOLDER } },
  });
  assert.match(JSON.stringify(copy(true)), /"network_mode":"bridge"/);
});

Deno.test("the copy has network policies, whatever the stack has, unless it is online", async () => {
  const project = await shop();
  const places = copiedPlaces(project, ["web"], NOTHING_KNOWN, FOLDER);
  const { decisions } = parseDecisions("networkPolicies: false\n", "decisions.yaml");
  const of = (isOnline: boolean): boolean | undefined =>
    copiedDecisions({ project, decisions, namespace: "s", kept: ["web"], places, folder: FOLDER, isOnline })
      .networkPolicies;
  assert.deepEqual([of(false), of(true)], [true, false]);
});

Deno.test("decisions are about the copies, and about nobody else", async () => {
  const project = await shop();
  const { decisions, diagnostics } = parseDecisions(DECISIONS.replace("backups: {}\n", ""), "decisions.yaml");
  assert.deepEqual(diagnostics, []);
  const kept = ["api", "web"];
  const places = copiedPlaces(project, kept, NOTHING_KNOWN, FOLDER);
  const copied = copiedDecisions({
    project,
    decisions,
    namespace: "store",
    kept,
    places,
    folder: FOLDER,
    isOnline: false,
  });
  assert.deepEqual(JSON.parse(JSON.stringify(copied)), {
    namespace: "store-rehearsal",
    storageClass: "store-rehearsal",
    dockerRoot: `${FOLDER}/docker`,
    services: { api: { migration: "databases" } },
    networkPolicies: true,
    storage: {
      [`${FOLDER}/stack/data/uploads`]: { kind: "data", size: "20Gi" },
      [`${FOLDER}/outside/srv/media/new`]: { kind: "data" },
      orders: { owner: "7:7" },
    },
  });
  assert.deepEqual(parseDecisions(JSON.stringify(copied), "copy.yaml").diagnostics, []);
});
