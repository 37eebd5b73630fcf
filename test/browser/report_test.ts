/// <reference lib="dom" />
/** The page of FAF's stack in a real browser. Skipped, and said so, where there is no Chromium or no ../shared. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { findChromium, startBrowser } from "./browser.ts";
import { fafPage, type TestPage, VIEWS } from "./pages.ts";
import { failedRun, withVariant } from "./variants.ts";

const OF_FAF = [...VIEWS, "services/faf-db"];
const WIDTHS = [1280, 390] as const;

const chromium = await findChromium();
const faf = await fafPage();
const lacking = [
  ...(chromium === undefined ? ["Chromium (apt-get install chromium)"] : []),
  ...(faf === undefined ? ["FAF's stack in ../shared"] : []),
];

if (chromium === undefined || faf === undefined) {
  Deno.test.ignore(
    `SKIPPED, as this machine has no ${lacking.join(", no ")}: the page in a browser`,
    () => {},
  );
} else {
  const url = pathToFileURL(faf.file).href;
  Deno.test("the page of FAF's stack in Chromium", async (t) => {
    const browser = await startBrowser(chromium);
    try {
      for (const [name, body] of Object.entries(CASES)) {
        await t.step(name, () => body({ browser, url, faf }));
      }
    } finally {
      await browser.close();
      await faf[Symbol.asyncDispose]();
    }
  });
}

interface Shown {
  readonly browser: Browser;
  readonly url: string;
  readonly faf: TestPage;
}

const CASES: Readonly<Record<string, (shown: Shown) => Promise<void>>> = {
  "each service is one click from the first page": async ({ browser, url, faf }) => {
    equal(faf.services.length, 36);
    await withPage(browser, url, {}, async (page) => {
      for (const service of faf.services) {
        await page.goto(`${url}#/`);
        await page.locator("main td a", { hasText: new RegExp(`^${service}$`) }).first().click();
        await heading(page, service);
      }
    });
  },
  "each service is the first that a search for its name finds": async ({ browser, url, faf }) => {
    await withPage(browser, url, {}, async (page) => {
      for (const service of faf.services) {
        await page.fill("#search", service);
        await page.press("#search", "Enter");
        await heading(page, service);
      }
    });
  },
  "a link shows the same view, with the object that it names open": async ({ browser, url }) => {
    await withPage(browser, url, {}, async (page) => {
      await page.goto(`${url}#/services/faf-db`);
      await page.locator(".becomes a", { hasText: "configmap/faf-db-env" }).first().click();
      const open = (one: Page): Promise<string | null> =>
        one.locator("details.chosen[open] summary").textContent();
      match(await open(page) ?? "", /^configmap\/faf-db-env/);
      await withPage(browser, page.url(), {}, async (other) => equal(await open(other), await open(page)));
    });
  },
  "the keyboard alone reaches search, views, a service on the map and its objects": async (
    { browser, url },
  ) => {
    await withPage(browser, url, {}, async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("faf-java");
      await page.keyboard.press("Enter");
      await heading(page, "faf-java-api");
      await tabTo(page, "summary");
      const summary = page.locator("summary").first();
      await page.keyboard.press("Enter");
      ok(await summary.evaluate((one) => one.parentElement?.hasAttribute("open")), "the object did not open");
      await page.goto(`${url}#/`);
      await page.reload();
      await tabTo(page, 'nav a[data-view="map"]');
      await page.keyboard.press("Enter");
      await heading(page, "Map");
      await tabTo(page, ".map");
      const width = (): Promise<number> => page.locator(".map svg").evaluate((svg) => svg.clientWidth);
      const before = await width();
      await page.keyboard.press("+");
      ok(await width() > before, "+ does not enlarge the map");
      await tabTo(page, ".map g.node.service a");
      const name = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
      await page.keyboard.press("Enter");
      await heading(page, name ?? "no service");
    });
  },
  "the words of a search pick out what fits on the map": async ({ browser, url }) => {
    await withPage(browser, `${url}#/map`, {}, async (page) => {
      await page.fill("#search", "rabbit");
      const clear = await page.locator(".map g.node.service:not(.faint) title").allTextContents();
      deepEqual(clear, ["service faf-rabbitmq"]);
    });
  },
  "on paper everything is there, without what only a screen has": async ({ browser, url, faf }) => {
    await withPage(browser, `${url}#/all`, { colorScheme: "dark" }, async (page) => {
      const ink = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).color);
      const onScreen = await ink();
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      ok(await ink() !== onScreen, "the ink of a dark screen is printed on white paper");
      equal(await page.locator("header").isVisible(), false);
      const headings = await page.locator("h1").allTextContents();
      deepEqual(
        faf.services.filter((name) => !headings.some((heading) => heading.startsWith(`${name} `))),
        [],
      );
      const closed = page.locator("details:not([open]) pre").first();
      ok(((await closed.boundingBox())?.height ?? 0) > 20, "an object is not printed");
      const pdf = await page.pdf({ format: "A4" });
      ok(pdf.length > 100_000, `${pdf.length} bytes`);
    });
  },
  "axe finds nothing serious, in no view, light or dark, wide or narrow": async ({ browser, url }) => {
    const found: string[] = [];
    for (const width of WIDTHS) {
      for (const colorScheme of ["light", "dark"] as const) {
        await withPage(browser, url, { viewport: { width, height: 900 }, colorScheme }, async (page) => {
          await page.evaluate(axe.source);
          for (const view of OF_FAF) {
            await show(page, `${url}#/${view}`);
            for (const text of await seriousIn(page)) found.push(`${view} ${width} ${colorScheme}: ${text}`);
          }
        });
      }
    }
    deepEqual(found, []);
  },
  "a run that failed, what it waited for and who serves what are told in words": async ({ browser, faf }) => {
    await withVariant(faf, failedRun, async (url) => {
      await withPage(browser, url, { colorScheme: "dark" }, async (page) => {
        await page.evaluate(axe.source);
        const text = (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");
        match(text, /1 of \d+ applied to prod; run ab12 of alice@here is in progress/);
        match(text, /failed 020_storage .*, in 1 min 1 s/);
        match(text, /The disk is full/);
        match(text, /statefulset\/faf-db 4 min 5 s, not ready: pulling the image/);
        match(text, /faf-db cluster 2026-01-01 10:00:00Z db_1 faf-rabbitmq nobody 2026-01-01 10:05:00Z mq_1/);
        deepEqual(await seriousIn(page), []);
        await show(page, `${url}#/map`);
        equal(await page.locator(".map g.node.state-failed").count(), 0);
        equal(await page.locator(".map g.node.state-applied").count(), 4, "the services of 050_databases");
        await show(page, `${url}#/runs`);
        deepEqual(await seriousIn(page), []);
      });
    });
  },
  "the page of a run that goes on reads itself again, and shows the same view": async ({ browser, faf }) => {
    await withVariant(faf, (model) => ({ ...model, isLive: true }), async (url) => {
      await withPage(browser, `${url}#/services/faf-db`, {}, async (page) => {
        await page.waitForEvent("load");
        await heading(page, "faf-db");
        const pause = page.locator("button", { hasText: "Pause" });
        await pause.click();
        equal(await page.locator('button[aria-pressed="true"]').textContent(), "Go on");
      });
    });
  },
  "on a phone no view is wider than the screen": async ({ browser, url }) => {
    await withPage(browser, url, { viewport: { width: 390, height: 844 }, hasTouch: true }, async (page) => {
      for (const view of OF_FAF) {
        await show(page, `${url}#/${view}`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        ok(width <= 390, `${view} is ${width} pixels wide`);
      }
    });
  },
  "nothing is asked of anybody, and no script fails": async ({ browser, url }) => {
    const context = await browser.newContext();
    const asked: string[] = [];
    const errors: string[] = [];
    context.on("request", (request) => asked.push(request.url().split("#")[0] ?? ""));
    context.on("weberror", (error) => errors.push(error.error().message));
    const page = await context.newPage();
    page.on("console", (message) => errors.push(message.text()));
    for (const view of [...OF_FAF, "all", "search?q=faf", "nothing/such"]) {
      await show(page, `${url}#/${view}`);
    }
    await page.reload();
    await context.close();
    deepEqual([...new Set(asked)], [url]);
    deepEqual(errors, []);
  },
  "the file is small and holds no secret": async ({ faf }) => {
    const text = await Deno.readTextFile(faf.file);
    ok(text.length < 2_000_000, `${text.length} bytes`);
    ok(faf.secrets.length > 0);
    deepEqual(faf.secrets.filter((secret) => text.includes(secret) || text.includes(btoa(secret))).length, 0);
  },
};

async function withPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  try {
    const page = await context.newPage();
    await show(page, url);
    await body(page);
  } finally {
    await context.close();
  }
}

/** What the address names is drawn once its heading is there. */
async function show(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("h1").first().waitFor();
}

async function heading(page: Page, name: string): Promise<void> {
  await page.locator("h1", { hasText: new RegExp(`^${name}( |$)`) }).waitFor({ timeout: 10_000 });
}

/** More stops than the longest view has. */
const MOST_TABS = 400;

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press("Tab");
    const isThere = await page.evaluate(
      (wanted) => document.activeElement?.matches(wanted) === true,
      selector,
    );
    if (isThere) return;
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

/** As axe weighs it: `serious` and `critical`. */
async function seriousIn(page: Page): Promise<readonly string[]> {
  return await page.evaluate(async () => {
    // The edge: what was injected stands on the window.
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run();
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.length} such as ${nodes[0]?.html.slice(0, 200)}`);
  });
}
