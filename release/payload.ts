/** What a release carries besides its code: the files that the program reads while it runs. */
import { dirname, join } from "node:path";
import { cacheDirectory } from "../lib/embedded_cluster/cache.ts";
import { decodeBase64, encodeBase64 } from "../lib/values/base64.ts";

/** What a release was built from. */
export interface Built {
  readonly version: string;
  /** Of the repository; empty where it was built outside of one. */
  readonly commit: string;
  /** Whether files were changed since that commit. */
  readonly isDirty: boolean;
}

/** Stands in the bundle. */
export interface Payload {
  readonly built: Built;
  /** Hexadecimal, of code and files. */
  readonly digest: string;
  /** A map of paths to texts, as JSON, by gzip, as base64. */
  readonly files: string;
}

/** As `--version` prints it. */
export function versionText({ version, commit, isDirty }: Built): string {
  const origin = commit === "" ? "from no repository" : `commit ${commit}${isDirty ? ", changed since" : ""}`;
  return `${version} (${origin})`;
}

/** The texts by their paths, packed. */
export async function pack(files: Readonly<Record<string, string>>): Promise<string> {
  const packed = new Blob([JSON.stringify(files)]).stream().pipeThrough(new CompressionStream("gzip"));
  return encodeBase64(await new Response(packed).bytes());
}

/**
 * The folder with the files, in the cache; written at the first run of a release, whole or not at all.
 *
 * @param environment where the cache is (`XDG_CACHE_HOME`, `HOME`)
 */
export async function unpack(
  { digest, files }: Payload,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const home = join(cacheDirectory(environment), `release-${digest}`);
  if (await isThere(home)) return home;
  const texts = new Blob([decodeBase64(files)]).stream().pipeThrough(new DecompressionStream("gzip"));
  await Deno.mkdir(dirname(home), { recursive: true });
  const unfinished = await Deno.makeTempDir({ dir: dirname(home), prefix: `release-${digest}-` });
  for (const [path, text] of Object.entries<string>(await new Response(texts).json())) {
    await Deno.mkdir(dirname(join(unfinished, path)), { recursive: true });
    await Deno.writeTextFile(join(unfinished, path), text);
  }
  try {
    await Deno.rename(unfinished, home);
  } catch (error) {
    await Deno.remove(unfinished, { recursive: true });
    // Another first run was faster.
    if (!await isThere(home)) throw error;
  }
  return home;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
