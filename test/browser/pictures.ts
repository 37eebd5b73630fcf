/// <reference lib="dom" />
/**
 * `deno task pictures`: the pictures of the documentation, docs/pictures, from the bundled example. With `--to DIR` those
 * of FAF's and of a stranger's stack, to be looked at: every view, wide and narrow, light and dark.
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { findChromium, startBrowser } from "./browser.ts";
import { examplePage, fafPage, strangerPage, type TestPage, VIEWS } from "./pages.ts";

const DOCS = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));

interface Picture {
  /** Without its ending. */
  readonly name: string;
  readonly view: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: "light" | "dark";
}

const OF_DOCS: readonly Picture[] = [
  { name: "report-overview", view: "", width: 1280, height: 760, colorScheme: "light" },
  { name: "report-service", view: "services/faf-java-api", width: 1280, height: 760, colorScheme: "light" },
  { name: "report-map", view: "map", width: 1280, height: 760, colorScheme: "dark" },
  { name: "report-phone", view: "services/faf-java-api", width: 390, height: 760, colorScheme: "dark" },
];

/** Every view of a page, and its first service. */
function everyView(stack: string, { services: [service = ""] }: TestPage): readonly Picture[] {
  return [...VIEWS, "search?q=db", `services/${service}`].flatMap((view) =>
    [1280, 390].flatMap((width) =>
      (["light", "dark"] as const).map((colorScheme): Picture => ({
        name: [stack, view.replaceAll(/[^a-z0-9]+/gi, "-") || "overview", width, colorScheme].join("-"),
        view,
        width,
        height: 900,
        colorScheme,
      }))
    )
  );
}

async function take(browser: Browser, file: string, pictures: readonly Picture[], to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const { name, view, width, height, colorScheme } of pictures) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${pathToFileURL(file).href}#/${view}`);
    await page.locator("h1").first().waitFor();
    // The map takes its size in the frame after it was drawn.
    await page.evaluate(() =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    );
    const png = await page.screenshot();
    await context.close();
    await Deno.writeFile(join(to, `${name}.webp`), await asWebp(browser, png));
  }
}

/** A quarter of the bytes, written by the browser itself. */
async function asWebp(browser: Browser, png: Uint8Array): Promise<Uint8Array> {
  const page = await browser.newPage();
  try {
    const url = await page.evaluate(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", 0.85);
    }, `data:image/png;base64,${png.toBase64()}`);
    return Uint8Array.fromBase64(url.replace(/^[^,]*,/, ""));
  } finally {
    await page.close();
  }
}

const { values } = parseArgs({ args: Deno.args, options: { to: { type: "string" } } });
const chromium = await findChromium();
if (chromium === undefined) {
  throw new Error("There is no Chromium: apt-get install chromium fonts-liberation");
}
const browser = await startBrowser(chromium);
try {
  if (values.to === undefined) {
    await using page = await examplePage();
    await take(browser, page.file, OF_DOCS, DOCS);
  } else {
    const pages = { faf: await fafPage(), stranger: await strangerPage() };
    for (const [stack, page] of Object.entries(pages)) {
      if (page === undefined) continue;
      await take(browser, page.file, everyView(stack, page), values.to);
      await page[Symbol.asyncDispose]();
    }
  }
} finally {
  await browser.close();
}
