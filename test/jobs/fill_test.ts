/** The init containers that fill volumes, run by a real static busybox in an image's root that has no shell. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fillContainers } from "../../lib/kube/workload/fill.ts";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { fetchBusybox } from "../ferry/requirements.ts";

const why = Deno.uid() === 0 ? undefined : "owners and chroot need root";

/** As a kubelet hands it on: of two dollars one is left. */
function expanded(words: unknown): string[] {
  return (words as readonly string[]).map((word) => word.replaceAll("$$", "$"));
}

Deno.test({
  name: `a volume is filled from an image without a shell, with its owners${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async () => {
    const root = await Deno.makeTempDir({ prefix: "image-" });
    try {
      const image = join(root, "srv/site");
      const volumes = [0, 1].map((index) => join(root, "compose-ferry/volumes", String(index)));
      await Deno.mkdir(join(image, "deep/er"), { recursive: true });
      for (const path of [join(root, "compose-ferry/program"), join(root, "full"), ...volumes]) {
        await Deno.mkdir(path, { recursive: true });
      }
      await Deno.writeTextFile(join(image, "page.html"), "hello\n");
      await Deno.writeTextFile(join(image, "deep/er/.hidden"), "hidden\n");
      await Deno.symlink("page.html", join(image, "link"));
      await Deno.chown(image, 1234, 1235);
      await Deno.chown(join(image, "page.html"), 1236, 1237);
      await Deno.chmod(join(image, "page.html"), 0o640);
      await Deno.chmod(image, 0o2770);
      await Deno.writeTextFile(join(root, "full/image.txt"), "of the image\n");
      await Deno.writeTextFile(join(volumes[1] ?? "", "kept.txt"), "of the program\n");

      const mounts = ["/srv/site", "/full"].map((mountPath) => ({ name: "data", mountPath }));
      const [, fill] = fillContainers({ container: { name: "app" }, mounts, fillImage: undefined });
      const busybox = await fetchBusybox(cacheDirectory(Deno.env.toObject()), "busybox-static");
      await Deno.copyFile(busybox, join(root, "compose-ferry/program/busybox"));
      const run = async (): Promise<string> => {
        const command = new Deno.Command("chroot", { args: [root, ...expanded(fill?.["command"])] });
        const { success, stdout, stderr } = await command.output();
        const decoder = new TextDecoder();
        assert.ok(success, decoder.decode(stderr));
        // Debian's busybox is built without flock, unlike the official image's.
        return decoder.decode(stdout).replace(/^this file system has no locks.*\n/gm, "");
      };
      assert.equal(await run(), "filled from /srv/site\n");
      assert.equal(await listing(volumes[0] ?? ""), await listing(image));
      assert.deepEqual((await listing(volumes[1] ?? "")).split("\n").length, 2);
      assert.equal(await run(), "", "a second time nothing is done");
      assert.equal(await listing(volumes[0] ?? ""), await listing(image));
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});

/** Every path below with its kind, mode, owners, size and target. */
async function listing(directory: string): Promise<string> {
  const args = [".", "-printf", "%P %y %m %U %G %l\n"];
  const { stdout } = await new Deno.Command("find", { args, cwd: directory }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").sort().join("\n");
}
