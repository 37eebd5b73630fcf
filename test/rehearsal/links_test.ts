/** A link does not lead from a copy back to what is live: engine and kubelet would follow it. */
import assert from "node:assert/strict";
import { load } from "../../compose/mod.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { readBindSources } from "../../lib/rehearsal/bind_sources.ts";
import { copiedPlaces } from "../../lib/rehearsal/copied_places.ts";
import { copyDirectories } from "../../lib/rehearsal/copy_directories.ts";
import { reachesLive } from "../../lib/rehearsal/reaches.ts";
import { projectOf } from "../docker/project.ts";

const COMPOSE = `name: shop
services:
  web:
    image: shop/web:1
    volumes:
      - ./data:/data
      - ./data/current:/current
      - ./data/newest:/newest
      - ./settings.ini:/settings.ini
      - ./shown.ini:/shown.ini:ro
      - ./later:/later
`;

async function inFolder(work: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const folder of ["shop/data/v1", "live", "copy"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    }
    await Deno.writeTextFile(`${root}/shop/compose.yaml`, COMPOSE);
    for (const file of ["live/row", "live.ini", "shop/data/v1/row"]) {
      await Deno.writeTextFile(`${root}/${file}`, "1\n");
    }
    await Deno.symlink(`${root}/live`, `${root}/shop/data/current`);
    await Deno.symlink("v1", `${root}/shop/data/newest`);
    await Deno.symlink("../live.ini", `${root}/shop/settings.ini`);
    await Deno.symlink("../live.ini", `${root}/shop/shown.ini`);
    await Deno.symlink("../nothing-yet", `${root}/shop/later`);
    await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test({
  name: "what a link leads to is copied, and the copy's containers write to that",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (root) => {
      const { project } = await load({ directory: `${root}/shop`, environment: {} });
      assert.ok(project);
      const folder = `${root}/copy`;
      const sources = await readBindSources(project);
      const { copies, bind } = copiedPlaces(project, ["web"], { located: new Map(), sources }, folder);
      const signal = new AbortController().signal;
      await copyDirectories(copies, { folder, signal, say: () => {} });
      const written = ["data", "data/current", "data/newest", "settings.ini", "later"];
      for (const name of written) {
        const path = bind(`${root}/shop/${name}`);
        assert.ok((await Deno.realPath(path)).startsWith(`${folder}/`), `${name}: ${path}`);
      }
      await Deno.writeTextFile(`${bind(`${root}/shop/data/current`)}/row`, "2\n");
      await Deno.writeTextFile(bind(`${root}/shop/settings.ini`), "2\n");
      assert.equal(await Deno.readTextFile(`${root}/live/row`), "1\n");
      assert.equal(await Deno.readTextFile(`${root}/live.ini`), "1\n");
      assert.equal(bind(`${root}/shop/data/newest`), `${folder}/stack/data/v1`);
      await assert.rejects(Deno.lstat(`${root}/nothing-yet`), Deno.errors.NotFound);
    }),
});

Deno.test({
  name: "a source is what a link to it leads to: a directory, a file, a socket, a device, or nothing yet",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (root) => {
      using _listener = Deno.listen({ transport: "unix", path: `${root}/live/plain-name` });
      await Deno.symlink(`${root}/live/plain-name`, `${root}/named`);
      const paths = ["named", "shop/data", "shop/shown.ini", "shop/later"].map((name) => `${root}/${name}`);
      const volumes = [...paths, "/dev/null"].map((source) =>
        ({ type: "bind", source, target: "/" }) as const
      );
      const sources = await readBindSources(projectOf({ web: { name: "web", volumes } }));
      assert.deepEqual([...sources.values()], [
        { real: `${root}/live/plain-name`, kind: "socket" },
        { real: `${root}/shop/data`, kind: "directory" },
        { real: `${root}/live.ini`, kind: "file" },
        { real: `${root}/nothing-yet`, kind: "missing" },
        { real: "/dev/null", kind: "other" },
      ]);
    }),
});

Deno.test({
  name: "a link out of the copy is found before anything starts, wherever it is mounted",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (root) => {
      const [folder, link] = [`${root}/copy`, `${root}/copy/current`];
      await Deno.symlink(`${root}/live`, link);
      await Deno.mkdir(`${folder}/own`);
      await Deno.symlink("own", `${folder}/within`);
      const volume: KubeObject = {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: "rows" },
        spec: { local: { path: link }, claimRef: { name: "rows" } },
      };
      const pod = {
        containers: [{ volumeMounts: [{ name: "rows" }, { name: "node" }] }],
        volumes: [
          { name: "rows", persistentVolumeClaim: { claimName: "rows" } },
          { name: "node", hostPath: { path: `${link}/row` } },
        ],
      };
      const workload: KubeObject = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: { template: { spec: pod } },
      };
      const mount = (source: string, isReadOnly = false) =>
        ({ type: "bind", source, target: "/", read_only: isReadOnly }) as const;
      const project = {
        ...projectOf({
          web: { name: "web", volumes: [mount(link), mount(`${folder}/within`), mount(link, true)] },
        }),
        volumes: { rows: { driver_opts: { type: "none", o: "bind", device: link } } },
      };
      const said = await reachesLive({ project, objects: [volume, workload] }, { namespace: "n", folder });
      const live = `which leads to "${root}/live`;
      assert.deepEqual(
        said.map(({ message }) => message.replace(", which is not the rehearsal's own", "")),
        [
          `Service "web" of the copy writes to "${link}", ${live}"`,
          `Volume "rows" of the copy writes to "${link}", ${live}"`,
          `PersistentVolume rows of the copy writes to "${link}", ${live}"`,
          `Deployment web of the copy writes to "${link}/row", ${live}/row"`,
        ],
      );
    }),
});
