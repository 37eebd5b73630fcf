/** Builds what the proof runs, before it enters a network namespace from which nothing can be fetched. */
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { fetchManifests } from "../../lib/embedded_cluster/manifests.ts";
import { CLUSTER_TOOLS } from "../../lib/embedded_cluster/tools.ts";
import { buildPebble } from "./pebble.ts";

const report = (line: string): void => {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
};

await buildTools([...CLUSTER_TOOLS, "traefik"], report);
await buildPebble(report);
await fetchManifests(report, Deno.env.toObject());
