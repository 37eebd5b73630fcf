/** The files of the report's page. Its script is TypeScript here and JavaScript in a browser. */
import { join } from "node:path";
import type { PageFiles } from "../report/page.ts";

/** In a release the script lies there as it runs; in the repository it is bundled when a page is made. */
export const PAGE_SCRIPT = "lib/report/page/main.js";
const SOURCE = "lib/report/page/main.ts";

/**
 * @param home the program's own folder
 * @throws Error where the script cannot be bundled, which is a bug
 */
export async function readPageFiles(home: string): Promise<PageFiles> {
  const read = (name: string): Promise<string> => Deno.readTextFile(join(home, "lib/report/page", name));
  const [html, style, script] = await Promise.all([read("page.html"), read("style.css"), readScript(home)]);
  return { html, style, script };
}

async function readScript(home: string): Promise<string> {
  try {
    return await Deno.readTextFile(join(home, PAGE_SCRIPT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return await bundlePageScript(home);
    throw error;
  }
}

/** The script as one text without imports. */
export async function bundlePageScript(home: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--format", "iife", join(home, SOURCE)],
    cwd: home,
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`deno bundle ${SOURCE}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}
