/** The real Traefik as an image, as an engine that has run it for long has it. */
import { join } from "node:path";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import type { Image } from "../ferry/image.ts";

/** Calls `work` with the image, whose files lie in a temporary folder until then. */
export async function withTraefikImage<T>(
  report: (line: string) => void,
  work: (image: Image) => Promise<T>,
): Promise<T> {
  const { traefik } = await buildTools(["traefik"], report);
  const directory = await Deno.makeTempDir({ prefix: "traefik-" });
  try {
    const bin = join(directory, "root/usr/local/bin");
    await Deno.mkdir(bin, { recursive: true });
    await Deno.copyFile(traefik, join(bin, "traefik"));
    await Deno.chmod(join(bin, "traefik"), 0o755);
    const layer = join(directory, "layer.tar");
    const args = [
      "--create",
      "--file",
      layer,
      "--owner=0",
      "--group=0",
      "--directory",
      join(directory, "root"),
      ".",
    ];
    const { success, stderr } = await new Deno.Command("tar", { args }).output();
    if (!success) throw new Error(`Cannot pack Traefik: ${new TextDecoder().decode(stderr).trim()}`);
    return await work({
      name: "docker.io/library/traefik:v3.6.7",
      layer,
      entrypoint: ["/usr/local/bin/traefik"],
      more: { ExposedPorts: { "80/tcp": {} } },
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
