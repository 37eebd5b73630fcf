import assert from "node:assert/strict";
import { renderDataBelow } from "../../lib/report/data_below_text.ts";

Deno.test("renderDataBelow() says whose data goes with Docker, and what to do", () => {
  const path = "/var/lib/docker/volumes/shop_rows/_data";
  assert.equal(
    renderDataBelow([{ key: "rows", services: ["db", "backup"], path }]),
    `Data that lies below Docker's root, and goes when Docker does:
  db, backup  rows  ${path}
  How it gets another place: deno task relocate --to DIR
`,
  );
  assert.equal(renderDataBelow([]), "");
});
