import { doesNotMatch, match, throws } from "node:assert/strict";
import { ansiSvg } from "./ansi_svg.ts";

Deno.test("ansiSvg() places each run at its column, in its look, and ends the look where it ends", () => {
  const svg = ansiSvg("ab\x1b[1m\x1b[32mcd\x1b[0m <e>\n\x1b[31mred\ngoes on\x1b[39m done\n\n", 20);
  match(svg, /<text x="12\.0" y="26" textLength="16\.9">ab<\/text>/);
  match(svg, /<text x="28\.9" y="26" textLength="16\.9" class="bold green">cd<\/text>/);
  match(svg, /<text x="45\.7" y="26" textLength="33\.7"> &lt;e><\/text>/);
  match(svg, /<text x="12\.0" y="45" [^>]*class="red">red</);
  match(svg, /<text x="12\.0" y="64" [^>]*class="red">goes on</);
  match(svg, /<text x="71\.0" y="64" textLength="42\.1"> done</);
  doesNotMatch(svg, /y="83"/);
});

Deno.test("ansiSvg() refuses a look that it does not know", () => {
  throws(() => ansiSvg("\x1b[45mpink", 10), /SGR 45/);
});
