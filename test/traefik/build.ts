/** Builds what the proof runs, before it enters a network namespace from which nothing can be fetched. */
import { buildTools } from "../cluster/build.ts";
import { fetchManifests } from "../cluster/manifests.ts";
import { CLUSTER_TOOLS } from "../cluster/tools.ts";
import { buildPebble } from "./pebble.ts";

const report = (line: string): void => {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
};

await buildTools([...CLUSTER_TOOLS, "traefik"], report);
await buildPebble(report);
await fetchManifests(report, Deno.env.toObject());
