/** The engine and the node that the quay runs on, with its images in the engine alone. */
import { openHarbour } from "../guard/harbour.ts";
import type { Harbour } from "../guard/berth.ts";
import type { Image } from "../ferry/image.ts";
import { installFirewallPackages } from "../ferry/start_kube_router.ts";
import { report } from "./on_moving.ts";
import { quayImages } from "./quay_images.ts";
import { withTraefikImage } from "./traefik_image.ts";

/** @param more images besides the quay's */
export async function openQuayHarbour(...more: readonly Image[]): Promise<Harbour & AsyncDisposable> {
  await installFirewallPackages(report);
  return await withTraefikImage(report, async (traefik) => {
    const directory = await Deno.makeTempDir({ prefix: "quay-" });
    try {
      const images = [traefik, ...more, ...await quayImages(directory, report)];
      // As k3s has kube-proxy; it sees that a firewall was reloaded.
      return await openHarbour(report, ["docker-compose", "traefik", "kube-router"], images, "iptables");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
