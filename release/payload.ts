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

/** Where the code lies among the files; what it imports lies beside it. */
export const PROGRAM = "code/program.js";

/** What the release's one file says of itself. */
export interface Release {
  readonly built: Built;
  /** Hexadecimal, of code and files. */
  readonly digest: string;
}

/**
 * Begins the last line of the release's file: behind it, as a comment, a map of paths to texts, as JSON, by Brotli, as
 * base64. As a literal it would be taken apart at every start.
 */
const FILES = "\n//files ";

/** As `--version` prints it. */
export function versionText({ version, commit, isDirty }: Built): string {
  const origin = commit === "" ? "from no repository" : `commit ${commit}${isDirty ? ", changed since" : ""}`;
  return `${version} (${origin})`;
}

/** The release's code with the texts behind it, by their paths. */
export async function withFiles(code: string, files: Readonly<Record<string, string>>): Promise<string> {
  const packed = new Blob([JSON.stringify(files)]).stream().pipeThrough(new CompressionStream("brotli"));
  return `${code.trimEnd()}${FILES}${encodeBase64(await new Response(packed).bytes())}\n`;
}

/** A release that was cut short or changed on its way: the code before its files runs all the same. */
export class DamagedRelease extends Error {}

async function filesOf(script: string): Promise<Readonly<Record<string, string>>> {
  const text = await Deno.readTextFile(script);
  try {
    const packed = decodeBase64(text.slice(text.lastIndexOf(FILES) + FILES.length));
    const texts = new Blob([packed]).stream().pipeThrough(new DecompressionStream("brotli"));
    // The edge: what `withFiles` packed.
    return await new Response(texts).json() as Readonly<Record<string, string>>;
  } catch (error) {
    throw new DamagedRelease(`${script} is not whole: the files at its end cannot be unpacked`, {
      cause: error,
    });
  }
}

/**
 * The folder with the files, in the cache; written at the first run of a release, whole or not at all.
 *
 * @param script the release's own file
 * @param environment where the cache is (`XDG_CACHE_HOME`, `HOME`)
 * @throws DamagedRelease
 */
export async function unpack(
  { digest }: Release,
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const home = join(cacheDirectory(environment), `release-${digest}`);
  if (await isThere(home)) return home;
  const files = await filesOf(script);
  await Deno.mkdir(dirname(home), { recursive: true });
  const unfinished = await Deno.makeTempDir({ dir: dirname(home), prefix: `release-${digest}-` });
  for (const [path, text] of Object.entries(files)) {
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
