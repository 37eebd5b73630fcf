/** What is asked about images that no registry may have, where several services share one. */
import { deepEqual } from "node:assert/strict";
import { planText } from "../cli/planned_text.ts";

Deno.test("an image is named once with all its services, and the hint speaks for those of the first", async () => {
  const stack = await planText(`
x-php: &php { build: ., image: "shop/php:2", restart: always }
services:
  web: *php
  cron: *php
  api: { build: ./api, image: "shop/api:1", restart: always }
`);
  const asked = stack.diagnostics.filter(({ code }) => code === "kube-image-local");
  deepEqual(asked.map(({ message }) => message), [
    'Built here and in no known registry: image "shop/php:2" of services "web", "cron", image "shop/api:1" of service ' +
    '"api"; the node is taken to have them',
  ]);
  deepEqual(
    asked[0]?.hint?.split("\n").at(-1),
    "Or push each, as the first: services: { web: { image: REGISTRY/NAME:TAG }, cron: { image: REGISTRY/NAME:TAG } }",
  );
});
