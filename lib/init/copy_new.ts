/** Copies templates to places where nothing is: whole or not at all, and never over anything. */
import { basename, dirname, join } from "node:path";
import { exists } from "./templates.ts";
import { refuseOutside } from "../files/inside.ts";
import { readRegular, readRegularText, refuse } from "../files/regular_file.ts";
import { secretLines } from "../stack/secrets/classification.ts";

/** `there`: something came to be at the target meanwhile, and stays as it is. */
export type Copied = { readonly state: "copied"; readonly files: readonly string[] } | {
  readonly state: "there";
};

/** Files that their owner alone reads: variables, keys, Traefik's certificates. */
const PRIVATE_FILE =
  /(^|\/)[^/]*\.env(\.[^/]*)?$|\.(pem|key|p12|pfx|jks|keystore)$|(^|\/)(acme\.json|\.?htpasswd|id_[a-z0-9]+)$/i;
/** A longer text is not looked through for secrets, and is private. */
const MOST_LOOKED_AT = 1024 * 1024;

/** The mode of a copy: its template's, writable for its owner, and private where a secret stands or will stand in it. */
async function modeOf(path: string, part: string, { mode, size }: Deno.FileInfo): Promise<number> {
  const isPrivate = PRIVATE_FILE.test(path) || size > MOST_LOOKED_AT ||
    secretLines(path, await readRegularText(part)).length > 0;
  return isPrivate ? 0o600 : ((mode ?? 0o644) & 0o777) | 0o600;
}

/**
 * Copies one file; it appears complete, and only where nothing was.
 * @throws Error where links lead out of `root`, the stack's folder, or the template is no regular file
 */
export async function copyFile(from: string, to: string, root: string): Promise<Copied> {
  const folder = dirname(to);
  await refuseOutside(from, root);
  await refuseOutside(folder, root);
  await Deno.mkdir(folder, { recursive: true });
  if (await exists(to)) return { state: "there" };
  const part = await Deno.makeTempFile({ dir: folder, prefix: `.${basename(to)}.` });
  try {
    await writeCopy(from, part, to);
    await appear(part, to);
    return { state: "copied", files: [to] };
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return { state: "there" };
    throw error;
  } finally {
    await Deno.remove(part);
  }
}

/** The same for a folder with all that is in it; its links stay links. */
export async function copyDirectory(from: string, to: string, root: string): Promise<Copied> {
  const folder = dirname(to);
  await refuseOutside(from, root);
  await refuseOutside(folder, root);
  await Deno.mkdir(folder, { recursive: true });
  if (await exists(to)) return { state: "there" };
  const part = await Deno.makeTempDir({ dir: folder, prefix: `.${basename(to)}.` });
  try {
    const names = await copyInto(from, part, "");
    await Deno.chmod(part, (((await Deno.stat(from)).mode ?? 0o755) & 0o777) | 0o700);
    // A folder with something in it is not replaced by a rename, and an empty one loses nothing.
    await Deno.rename(part, to);
    return { state: "copied", files: names.map((name) => join(to, name)) };
  } catch (error) {
    await Deno.remove(part, { recursive: true });
    if (await exists(to)) return { state: "there" };
    throw error;
  }
}

/** The files below a folder, relative to it, in order; links count as files. */
export async function filesBelow(directory: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for (const { name, isDirectory } of await entriesOf(join(directory, below))) {
    if (isDirectory) found.push(...await filesBelow(directory, join(below, name)));
    else found.push(join(below, name));
  }
  return found;
}

async function copyInto(from: string, to: string, below: string): Promise<string[]> {
  const copied: string[] = [];
  for (const { name, isDirectory, isSymlink } of await entriesOf(join(from, below))) {
    const path = join(below, name);
    const [source, target] = [join(from, path), join(to, path)];
    if (isDirectory) {
      await Deno.mkdir(target);
      copied.push(...await copyInto(from, to, path));
      await Deno.chmod(target, (((await Deno.stat(source)).mode ?? 0o755) & 0o777) | 0o700);
      continue;
    }
    if (isSymlink) await Deno.symlink(await Deno.readLink(source), target);
    else if ((await Deno.stat(source)).isFile) await writeCopy(source, target, target);
    else continue;
    copied.push(path);
  }
  return copied;
}

async function writeCopy(from: string, part: string, to: string): Promise<void> {
  const info = await Deno.stat(from);
  refuse(info);
  await Deno.writeFile(part, await readRegular(from), { mode: 0o600 });
  await Deno.chmod(part, await modeOf(to, part, info));
}

/** A hard link is refused where something is; a file system without them gets a copy that is refused likewise. */
async function appear(part: string, to: string): Promise<void> {
  try {
    await Deno.link(part, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    const mode = (await Deno.stat(part)).mode ?? 0o600;
    await Deno.writeFile(to, await Deno.readFile(part), { createNew: true, mode: mode & 0o777 });
  }
}

async function entriesOf(directory: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.sort((left, right) => left.name < right.name ? -1 : 1);
}
