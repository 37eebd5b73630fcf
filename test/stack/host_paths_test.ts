/** Paths of the machine are those that the engine takes, however they are written; `config` prints what compose-go does. */
import { deepEqual, equal, match } from "node:assert/strict";
import { printJson } from "../../compose/mod.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";
import { withFiles } from "../cli/in_process.ts";

const STACK = {
  "app/.env": "BASE=/somewhere/app\n",
  "app/compose.yaml": `
services:
  one:
    image: registry.example/one:1.0
    restart: always
    volumes: ["\${BASE}/../shared:/shared", "//var/run/docker.sock:/var/run/docker.sock"]
  other:
    image: registry.example/other:1.0
    restart: always
    volumes: ["/somewhere//shared/:/shared", "bound:/bound", "of-driver:/of-driver"]
volumes:
  bound: { driver_opts: { type: none, o: "rw,bind", device: /somewhere/app/../bound/. } }
  of-driver: { driver: local, driver_opts: { type: none, o: bind, device: //somewhere/of-driver } }
`,
};

Deno.test("a path of the machine is one place, by whatever way it is written", async () => {
  await withFiles(STACK, async (directory) => {
    const { project, conversion, diagnostics } = await planTestStack({ directory: `${directory}/app` });
    const paths = objectsOf(conversion).filter(({ object }) => object.kind === "PersistentVolume")
      .map(({ object }) => {
        const { local, hostPath } = object["spec"] as Record<
          "local" | "hostPath",
          { path: string } | undefined
        >;
        return local?.path ?? hostPath?.path;
      });
    deepEqual(paths.toSorted(), ["/somewhere/bound", "/somewhere/of-driver", "/somewhere/shared"]);
    const socket = diagnostics.filter(({ code }) => code === "kube-engine-socket");
    equal(socket.length, 1);
    match(socket[0]?.message ?? "", /"\/var\/run\/docker\.sock" is not mounted in service "one"/);
    match(printJson(project), /"\/somewhere\/app\/\.\.\/shared"[\s\S]*"\/\/var\/run\/docker\.sock"/);
  });
});

Deno.test("a share of another machine keeps its device, which begins with two slashes", async () => {
  const compose = `
services:
  one: { image: "registry.example/one:1.0", restart: always, volumes: ["share:/share"] }
volumes:
  share: { driver_opts: { type: cifs, o: "addr=10.0.0.9,user=a", device: //10.0.0.9/share } }
`;
  await withFiles({ "compose.yaml": compose }, async (directory) => {
    const { conversion } = await planTestStack({ directory });
    match(JSON.stringify(objectsOf(conversion)), /"source":"\/\/10\.0\.0\.9\/share"/);
  });
});
