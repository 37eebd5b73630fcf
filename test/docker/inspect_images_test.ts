/** What an engine says about images. The answers are in the shape of the Engine's own API (v1.40, "ImageInspect"). */
import assert from "node:assert/strict";
import { openEngine } from "../../lib/docker/engine.ts";
import { factsOf, firstFile, usersOf } from "../../lib/docker/image_facts.ts";
import { inspectImages } from "../../lib/docker/inspect_images.ts";
import { projectOf } from "./project.ts";

Deno.test("factsOf() reads ports and user, and refuses what is no image", () => {
  const config = {
    ExposedPorts: { "5672/tcp": {}, "53/udp": {}, "5672/udp": {}, "bad": {} },
    User: "999:999",
  };
  assert.deepEqual(factsOf({ Id: "sha256:0", Config: config }), {
    exposedPorts: [53, 5672],
    exposed: ["53/udp", "5672/tcp", "5672/udp"],
    user: "999:999",
  });
  assert.deepEqual(factsOf({ Config: { ExposedPorts: null } }), { exposedPorts: [], user: "" });
  const local = { RepoDigests: [], Config: { Volumes: { "/data": {}, "bad": {} }, User: "" } };
  assert.deepEqual(factsOf(local), { isLocal: true, exposedPorts: [], user: "", volumes: ["/data"] });
  const checked = {
    Test: ["CMD", "/ready"],
    Interval: 30e9,
    Timeout: 1.5e9,
    StartPeriod: 0,
    Retries: 3,
  };
  assert.deepEqual(factsOf({ Id: "sha256:1", Config: { User: "", Healthcheck: checked } }), {
    exposedPorts: [],
    user: "",
    healthcheck: { test: ["CMD", "/ready"], interval: "30s", timeout: "1.5s", retries: 3 },
  });
  const shell = ["/bin/bash", "-o", "pipefail", "-c"];
  assert.deepEqual(factsOf({ Config: { User: "", Shell: shell } })?.shell, shell);
  for (const wrong of [undefined, null, [], "sh", [5]]) {
    assert.equal(factsOf({ Config: { User: "", Shell: wrong } })?.shell, undefined);
  }
  for (const test of [undefined, [], ["NONE"], ["CMD"], "CMD", [5, 6]]) {
    assert.deepEqual(factsOf({ Config: { User: "", Healthcheck: { Test: test } } })?.healthcheck, undefined);
  }
  for (const answer of [undefined, null, "x", {}, { Config: 5 }, []]) {
    assert.equal(factsOf(answer), undefined);
  }
});

Deno.test("usersOf() reads /etc/passwd and leaves out what is no user", () => {
  const passwd =
    "root:x:0:0:root:/root:/bin/sh\n# comment\nunreal:x:1001:1001::/:/bin/false\n+::::::\nbad:x:y:\n\n";
  assert.deepEqual(usersOf(passwd), { root: 0, unreal: 1001 });
});

Deno.test("firstFile() unpacks what tar packed, and nothing out of noise", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/etc`);
    await Deno.writeTextFile(`${directory}/etc/passwd`, "root:x:0:0::/:/bin/sh\n");
    const tar = new Deno.Command("tar", { args: ["-C", directory, "--format=ustar", "-cf", "-", "etc"] });
    const { stdout } = await tar.output();
    assert.equal(new TextDecoder().decode(firstFile(stdout)), "root:x:0:0::/:/bin/sh\n");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  assert.equal(firstFile(new Uint8Array(512).fill(120)), undefined);
  assert.equal(firstFile(new Uint8Array(10)), undefined);
});

Deno.test("inspectImages() asks about each image, and about users only where a name needs it", async () => {
  const asked: string[] = [];
  const directory = await Deno.makeTempDir();
  const abort = new AbortController();
  const listening = Promise.withResolvers<void>();
  const server = Deno.serve(
    { path: `${directory}/s`, signal: abort.signal, onListen: (): void => listening.resolve() },
    async (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      if (pathname.endsWith("/_ping")) return new Response("OK", { headers: { "api-version": "1.47" } });
      if (pathname.endsWith("/images/registry.example/board%3A5/json")) {
        return Response.json({ Config: { ExposedPorts: { "8088/tcp": {} }, User: "" } });
      }
      if (pathname.endsWith("/containers/json")) return Response.json([{ Id: "0af1" }]);
      if (pathname.endsWith("/containers/0af1/archive")) return new Response(await passwdArchive(directory));
      return Response.json({ message: "No such image" }, { status: 404 });
    },
  );
  try {
    await listening.promise;
    using engine = await openEngine({ host: `unix://${directory}/s`, origin: "test", isInForce: true });
    const facts = await inspectImages(
      engine,
      projectOf({
        board: { name: "board", image: "registry.example/board:5", user: "unreal" },
        other: { name: "other", image: "registry.example/missing:1", user: "1000" },
        built: { name: "built" },
      }),
    );
    assert.deepEqual([...facts], [
      ["registry.example/board:5", { exposedPorts: [8088], user: "", users: { unreal: 1001 } }],
    ]);
    assert.ok(asked.slice(1).every((path) => path.startsWith("/v1.47/")));
    assert.equal(asked.filter((path) => path.endsWith("/containers/json")).length, 1);
  } finally {
    abort.abort();
    await server.finished;
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("an engine's socket is asked by no proxy's rules", async () => {
  const directory = await Deno.makeTempDir();
  const server = Deno.serve(
    { path: `${directory}/s`, onListen: () => {} },
    () => new Response("OK", { headers: { "api-version": "1.47" } }),
  );
  try {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      for (const hosts of ["127.0.0.1,localhost", "*"]) {
        await withVariable(name, hosts, async () => {
          const engine = await openEngine({ host: `unix://${directory}/s`, origin: "test", isInForce: true });
          engine[Symbol.dispose]();
          assert.equal(Deno.env.get(name), hosts);
        });
      }
    }
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
});

async function withVariable(name: string, value: string, work: () => Promise<void>): Promise<void> {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  try {
    await work();
  } finally {
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
}

async function passwdArchive(directory: string): Promise<Uint8Array<ArrayBuffer>> {
  await Deno.writeTextFile(`${directory}/passwd`, "unreal:x:1001:1001::/:/bin/false\n");
  const tar = new Deno.Command("tar", { args: ["-C", directory, "--format=ustar", "-cf", "-", "passwd"] });
  return (await tar.output()).stdout;
}
