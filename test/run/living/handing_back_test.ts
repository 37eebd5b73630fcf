/** A stand-in goes when Docker's Traefik is led elsewhere, by answers in the shape of the Engine's API (v1.47). */
import assert from "node:assert/strict";
import { withEngine } from "../../../lib/docker/change_containers.ts";
import { handBack } from "../../../lib/run/living/handing_back.ts";

const WEB = {
  Id: "web",
  Config: {
    Labels: { "com.docker.compose.service": "web", "traefik.http.routers.web.rule": "Host(`shop.test`)" },
    ExposedPorts: { "8080/tcp": {} },
  },
};

/** An engine with the container and its stand-in. @param done what it was told, in order */
function serveEngine(
  path: string,
  done: string[],
  { images, isFull = false }: { readonly images: readonly string[]; readonly isFull?: boolean },
): Deno.HttpServer {
  let hasStandIn = true;
  return Deno.serve({ path, transport: "unix", onListen: () => {} }, async (request) => {
    const url = new URL(request.url);
    const asked = url.pathname.replace(/^\/v[\d.]+/, "");
    const headers = { "API-Version": "1.47" };
    if (request.method === "DELETE") {
      const name = asked.split("/").at(-1) ?? "";
      if (name === "shop-web-in-kubernetes") hasStandIn = false;
      done.push(`take ${name}`);
      return new Response(null, { status: 204 });
    }
    if (asked === "/containers/create") {
      if (isFull) return Response.json({ message: "no space left on device" }, { status: 500 });
      const { HostConfig: { NetworkMode } } = await request.json() as { HostConfig: { NetworkMode: string } };
      done.push(`put ${url.searchParams.get("name")} in ${NetworkMode}`);
      return Response.json({ Id: "made" }, { status: 201 });
    }
    if (request.method !== "GET") return new Response(null, { status: 204 });
    if (asked === "/containers/json") {
      const standIn = { Id: "other", Names: ["/shop-web-in-kubernetes"], State: "running" };
      return Response.json(hasStandIn ? [standIn] : []);
    }
    if (asked.startsWith("/containers/")) return Response.json(WEB);
    if (asked === "/images/json") return Response.json(images.map((tag) => ({ RepoTags: [tag] })));
    return Response.json(asked.startsWith("/images/") ? { Config: {} } : { ID: path }, { headers });
  });
}

/** What is done, and when Traefik is given time. */
async function handedBack(given: Parameters<typeof serveEngine>[2]): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/engine.sock`;
  const host = `unix://${path}`;
  const done: string[] = [];
  await using _server = serveEngine(path, done, given);
  const settled = (): Promise<void> => Promise.resolve(void done.push("wait"));
  await withEngine(
    { DOCKER_HOST: host },
    host,
    (engine) => handBack(engine, "shop", { id: "web", name: "shop-web-1", host }, settled),
  );
  await Deno.remove(directory, { recursive: true });
  return done;
}

Deno.test("handBack() leads Traefik to the container before its stand-in goes, and leaves nothing", async () => {
  assert.deepEqual(await handedBack({ images: ["traefik:v3.6.7"] }), [
    "take shop-web-in-docker",
    "put shop-web-in-docker in container:web",
    "wait",
    "take shop-web-in-kubernetes",
    "wait",
    "take shop-web-in-docker",
  ]);
});

Deno.test("handBack() takes the stand-in away also where no signpost can be put", async () => {
  const alone = [
    "take shop-web-in-docker",
    "wait",
    "take shop-web-in-kubernetes",
    "take shop-web-in-docker",
  ];
  assert.deepEqual(await handedBack({ images: [] }), alone);
  assert.deepEqual(await handedBack({ images: ["traefik:v3.6.7"], isFull: true }), alone);
});
