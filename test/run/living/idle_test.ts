/** Stand-ins are taken away when nobody calls them, by an engine's answers over a real socket. */
import { deepEqual } from "node:assert/strict";
import { removeIdle } from "../../../lib/run/living/idle.ts";
import { STAND_IN_LABELS } from "../../../lib/run/living/stand_in.ts";
import { withFiles } from "../../cli/in_process.ts";

const STAND_IN = {
  Id: "s",
  Names: ["/shop-web-in-kubernetes"],
  Image: "traefik:v3.6",
  Labels: { [STAND_IN_LABELS.service]: "web", [STAND_IN_LABELS.project]: "shop", "traefik.enable": "true" },
  HostConfig: { NetworkMode: "shop_default" },
  NetworkSettings: { Networks: { shop_default: { IPAddress: "172.20.0.2" } } },
  State: "running",
};

/** What is removed beside a Traefik with this network mode, of which no network tells. */
async function removed(networkMode: string | undefined): Promise<readonly string[]> {
  const traefik = {
    Id: "t",
    Names: ["/traefik"],
    Image: "traefik:v3.6",
    HostConfig: { NetworkMode: networkMode },
  };
  let gone: readonly string[] = [];
  await withFiles({}, async (directory) => {
    const { promise: listening, resolve: onListen } = Promise.withResolvers<unknown>();
    const engine = Deno.serve({ path: `${directory}/engine`, onListen }, ({ url, method }) => {
      const { pathname, searchParams } = new URL(url);
      const headers = { "api-version": "1.47" };
      if (pathname.endsWith("/_ping")) return new Response("OK", { headers });
      if (pathname.endsWith("/info")) return Response.json({ ID: directory }, { headers });
      if (pathname.endsWith("/containers/json")) {
        const all = searchParams.has("filters") || networkMode === undefined
          ? [STAND_IN]
          : [STAND_IN, traefik];
        return Response.json(all, { headers });
      }
      if (pathname.endsWith("/networks/shop_default")) {
        return Response.json({ Containers: { s: {} } }, { headers });
      }
      if (method !== "GET") return new Response(null, { status: 204, headers });
      return Response.json({ message: "not here" }, { status: 404, headers });
    });
    await listening;
    gone = await removeIdle({ DOCKER_HOST: `unix://${directory}/engine` }, "shop", true);
    await engine.shutdown();
  });
  return gone;
}

Deno.test("removeIdle() takes away what nobody calls, and keeps it for a Traefik on the host's network", async () => {
  deepEqual(await removed(undefined), ["shop-web-in-kubernetes"]);
  deepEqual(await removed("host"), []);
  deepEqual(await removed("bridge"), ["shop-web-in-kubernetes"]);
});
