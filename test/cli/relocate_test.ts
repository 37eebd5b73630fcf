/** `relocate` names what lies below Docker's root, by the names of the plan. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { told } from "./in_process.ts";

const COMPOSE = `name: shop
services:
  db:
    image: postgres:15
    volumes: ["rows:/var/lib/postgresql/data", "./notes:/notes"]
    environment: { POSTGRES_PASSWORD: spyglass }
volumes: { rows: {} }
`;

Deno.test("relocate has a named volume and its workload, and no directory of the stack's own", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  await Deno.mkdir(join(directory, "notes"));
  const nowhere = { environment: { DOCKER_HOST: "unix:///nobody/is/there.sock" } };
  const ask = ["relocate", "--stack", directory, "--to", "/srv/shop"];
  const { code, out } = await told(directory, [...ask, "-o", "json"], nowhere);
  equal(code, 0);
  const { data } = JSON.parse(out);
  equal(data.length, 1);
  const [{ key, path, to, services, workloads }] = data;
  deepEqual(
    { key, path, to, services, workload: `${workloads[0].kind}/${workloads[0].name}` },
    {
      key: "rows",
      path: "/var/lib/docker/volumes/shop_rows/_data",
      to: "/srv/shop/rows",
      services: ["db"],
      workload: "statefulset/db",
    },
  );
  await Deno.writeTextFile(
    join(directory, "decisions.yaml"),
    "storage: { rows: { path: /srv/shop/rows } }\n",
  );
  match((await told(directory, ask, nowhere)).out, /Docker can be removed/);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("relocate follows a link of the volume's directory, out of Docker's root and within it", async () => {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  const root = join(directory, "docker");
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  await Deno.writeTextFile(join(directory, "decisions.yaml"), `dockerRoot: ${root}\n`);
  for (const folder of ["notes", "docker/volumes/shop_rows", "docker/disk2", "disk3"]) {
    await Deno.mkdir(join(directory, folder), { recursive: true });
  }
  const data = join(root, "volumes/shop_rows/_data");
  const nowhere = { environment: { DOCKER_HOST: "unix:///nobody/is/there.sock" } };
  const ask = ["relocate", "--stack", directory, "--to", "/srv", "-o", "json"];
  const places = async (target: string): Promise<unknown> => {
    await Deno.symlink(target, data);
    const { code, out, err } = await told(directory, ask, nowhere);
    await Deno.remove(data);
    equal(code, 0, err);
    return JSON.parse(out).data.map(({ path, real, to }: Readonly<Record<string, string>>) => ({
      path,
      real,
      to,
    }));
  };
  const inside = join(root, "disk2");
  deepEqual(await places("../../disk2"), [{ path: data, real: inside, to: "/srv/rows" }]);
  const outside = join(directory, "disk3");
  deepEqual(await places(outside), [{ path: data, real: outside, to: outside }]);
  await Deno.remove(directory, { recursive: true });
});

/** An engine with one container of `db`. */
function engineOf(path: string, state: string, ready: () => void): Deno.HttpServer<Deno.UnixAddr> {
  const headers = { "api-version": "1.47" };
  return Deno.serve({ path, onListen: ready }, ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith("/_ping")) return new Response("OK", { headers });
    if (pathname.endsWith("/info")) {
      return Response.json({ ID: "e", DockerRootDir: "/var/lib/docker" }, { headers });
    }
    if (pathname.endsWith("/containers/json")) return Response.json([{ Id: "c1" }], { headers });
    if (pathname.endsWith("/containers/c1/json")) {
      return Response.json({
        Id: "c1",
        Name: "/shop-db-1",
        Config: { Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "db" } },
        State: { Status: state },
      }, { headers });
    }
    return Response.json({ message: "not here" }, { status: 404, headers });
  });
}

Deno.test("relocate leaves out, and names, what a container still has", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  const asked = async (state: string): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const engine = engineOf(join(directory, state), state, resolve);
    await promise;
    const environment = { DOCKER_HOST: `unix://${directory}/${state}` };
    const { code, out, err } = await told(
      directory,
      ["relocate", "--stack", directory, "--to", "/srv", "-o", "json"],
      { environment },
    );
    await engine.shutdown();
    equal(code, 0, err);
    const { data, inUse } = JSON.parse(out);
    const named = ({ key, removals, writers }: typeof data): unknown => ({ key, removals, writers });
    return { data: data.map(named), inUse: inUse.map(named) };
  };
  deepEqual(await asked("running"), {
    data: [],
    inUse: [{ key: "rows", removals: [], writers: ["shop-db-1"] }],
  });
  deepEqual(await asked("exited"), {
    data: [{ key: "rows", removals: ["docker rm shop-db-1"], writers: [] }],
    inUse: [],
  });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("relocate gives each volume a folder of its own, from the root on", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(
    join(directory, "compose.yaml"),
    `name: shop
services:
  db:
    image: busybox
    volumes: ["a_b:/one", "a-b:/two", /three]
volumes: { a_b: {}, a-b: {} }
`,
  );
  const nowhere = { environment: { DOCKER_HOST: "unix:///nobody/is/there.sock" } };
  const ask = ["relocate", "--stack", directory, "-o", "json", "--to"];
  const { out } = await told(directory, [...ask, "/srv"], nowhere);
  const folders: readonly string[] = JSON.parse(out).data.map(({ to }: { readonly to: string }) => to);
  for (const folder of ["/srv/a_b", "/srv/a-b"]) equal(folders.filter((one) => one === folder).length, 1);
  const { code, err } = await told(directory, [...ask, "data"], nowhere);
  equal(code, 2);
  match(err, /\/srv\/data/);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("relocate finds the pods of a Job by the labels that it gives them", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(
    join(directory, "compose.yaml"),
    `name: shop
services:
  seed: { image: busybox, volumes: ["rows:/rows"] }
  web: { image: nginx, depends_on: { seed: { condition: service_completed_successfully } } }
volumes: { rows: {} }
`,
  );
  const nowhere = { environment: { DOCKER_HOST: "unix:///nobody/is/there.sock" } };
  const { out } = await told(directory, ["relocate", "--stack", directory, "--to", "/srv"], nowhere);
  match(out, /delete job\/\S*seed\S* --ignore-not-found/);
  match(out, /wait --for=delete pod -l \S*app\.kubernetes\.io\/name=seed\S* --timeout=10m/);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("relocate refuses a place that goes with Docker, also by a link", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
  await Deno.writeTextFile(join(directory, "decisions.yaml"), `dockerRoot: ${directory}/docker\n`);
  await Deno.mkdir(join(directory, "docker"));
  await Deno.symlink(join(directory, "docker"), join(directory, "link"));
  const nowhere = { environment: { DOCKER_HOST: "unix:///nobody/is/there.sock" } };
  for (const place of ["docker", "docker/data", "link/data"]) {
    const ask = ["relocate", "--stack", directory, "--to", join(directory, place)];
    const { code, out, err } = await told(directory, ask, nowhere);
    equal(code, 2, place);
    equal(out, "");
    match(err, /cli-relocate-below-docker/);
  }
  equal(
    (await told(directory, ["relocate", "--stack", directory, "--to", `${directory}/docker-2`], nowhere))
      .code,
    0,
  );
  await Deno.remove(directory, { recursive: true });
});
