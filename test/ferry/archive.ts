/** Layers of images from what a test puts into a folder. */
import { join } from "node:path";

/** A tar file of what `fill` puts into an empty folder, with owners and modes. */
export async function archive(
  directory: string,
  name: string,
  fill: (root: string) => Promise<void>,
): Promise<string> {
  const [root, file] = [join(directory, name), join(directory, `${name}.tar`)];
  await Deno.mkdir(root);
  await fill(root);
  const args = ["--create", "--numeric-owner", "--file", file, "--directory", root, "."];
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`Cannot write "${file}": ${new TextDecoder().decode(stderr).trim()}`);
  return file;
}
