/** What every code means, from the page of this program that people read, too. */
import { join } from "node:path";
import { codesOf, type CodeText } from "../views/error_page.ts";

/** @param home the program's own folder */
export async function readCodes(home: string): Promise<ReadonlyMap<string, CodeText>> {
  return codesOf(await Deno.readTextFile(join(home, "docs", "errors.md")));
}
