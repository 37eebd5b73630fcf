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
  match((await told(directory, ask, nowhere)).out, /Docker may go/);
  await Deno.remove(directory, { recursive: true });
});
