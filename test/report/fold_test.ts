import { equal } from "node:assert/strict";
import { fold } from "../../lib/report/fold.ts";

const MESSAGE = 'warning[kube-x]: 4 data directories are not on this disk, such as "./data/faf-db"';

Deno.test("fold() breaks between words, and what follows stands further in", () => {
  equal(
    fold(`${MESSAGE}\nshort\n`, 60),
    'warning[kube-x]: 4 data directories are not on this disk,\n  such as "./data/faf-db"\nshort\n',
  );
  equal(fold(MESSAGE, MESSAGE.length), MESSAGE);
});

Deno.test("fold() counts no colours, and leaves them where they are", () => {
  equal(fold("\x1b[33mab cd\x1b[39m ef", 8), "\x1b[33mab cd\x1b[39m ef");
  equal(fold("\x1b[33mab cd\x1b[39m ef", 7), "\x1b[33mab cd\x1b[39m\n  ef");
});

Deno.test("fold() keeps the last column of a table below itself", () => {
  equal(
    fold("  faf-db  differs: not on this disk", 24),
    "  faf-db  differs: not\n          on this disk",
  );
});

Deno.test("fold() leaves whole what is copied: lines of input, hints and their further lines", () => {
  for (
    const line of [
      "  34 |       - ./data/faf-db:/var/lib/mysql",
      "     |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
      "  hint: On the node: storageDirectories: create",
      "        Or push it: services: { web: { image: x } }",
    ]
  ) equal(fold(line, 20), line);
});

Deno.test("fold() leaves a word whole that is longer than the line", () => {
  equal(fold("a verylongword b", 8), "a\n  verylongword\n  b");
});
