/** `report`: the file that it writes. */
import { equal, match, ok } from "node:assert/strict";
import { told, withFiles } from "./in_process.ts";

const STACK = {
  "compose.yaml": `services: { web: { image: "acme/web:1", ports: ["8080:80"] } }\n`,
  "decisions.yaml": "engine: none\n",
};

Deno.test("report writes one file with style, script, data and map in it, over the one before", async () => {
  await withFiles(STACK, async (directory) => {
    for (const _ of [1, 2]) {
      const { code, out, err } = await told(directory, ["report", "--stack", directory, "--to", "shop.html"]);
      equal(code, 0, err);
      match(out, /shop\.html is written; open it in a browser\n$/);
    }
    const page = await Deno.readTextFile(`${directory}/shop.html`);
    match(page, /default-src 'none'/);
    match(page, /"map":"\\u003c\?xml/);
    match(page, /href=\\"#\/services\/web\\"/);
    ok(!/\/\* (style|script) \*\/|^ +"data"$/m.test(page), "a part was left out");
    ok(!/\bimport\b.* from /.test(page), "the script has imports");
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
    equal(names.join(), "compose.yaml,decisions.yaml,shop.html");
  });
});

Deno.test("a page that cannot be written is an error with its path", async () => {
  await withFiles(STACK, async (directory) => {
    const { code, err } = await told(directory, [
      "report",
      "--stack",
      directory,
      "--to",
      "no/such/shop.html",
    ]);
    equal(code, 3);
    match(err, /cli-report-unwritable[^]*no\/such\/shop\.html/);
  });
});

Deno.test("a stack that cannot be read has its problems told, and no page", async () => {
  await withFiles({ "compose.yaml": "services: 1\n" }, async (directory) => {
    const { code, err } = await told(directory, ["report", "--stack", directory]);
    equal(code, 3);
    match(err, /compose\.yaml:1:11/);
  });
});
