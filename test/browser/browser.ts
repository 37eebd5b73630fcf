/** Debian's Chromium, driven by Playwright. */
import { type Browser, chromium } from "playwright-core";

/** Where Debian's packages have it. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** The program, or undefined where this machine has none. */
export async function findChromium(): Promise<string | undefined> {
  for (const place of PLACES) {
    if (await Deno.stat(place).then(({ isFile }) => isFile, () => false)) return place;
  }
  return undefined;
}

/** Root has no sandbox; pages that are opened are made here. */
export async function startBrowser(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
}
