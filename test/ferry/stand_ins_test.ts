import { deepEqual, equal } from "node:assert/strict";
import { fullName, standIns } from "./stand_ins.ts";

const NAMES: readonly (readonly [string, string])[] = [
  ["nginx", "docker.io/library/nginx:latest"],
  ["nginx:1.20", "docker.io/library/nginx:1.20"],
  ["prom/prometheus:v2.40.1", "docker.io/prom/prometheus:v2.40.1"],
  ["gcr.io/cadvisor/cadvisor", "gcr.io/cadvisor/cadvisor:latest"],
  ["localhost/own:1", "localhost/own:1"],
  ["registry:5000/team/app", "registry:5000/team/app:latest"],
];

Deno.test("fullName() is the name that containerd gives", () => {
  for (const [image, name] of NAMES) equal(fullName(image), name);
});

Deno.test("standIns() has one image for each name, and those of tasks end", () => {
  const images = standIns({
    services: { a: { image: "x" }, b: { image: "x" }, c: { image: "y", restart: "no" } },
  });
  deepEqual(images.map(({ name, files }) => [name.slice(-8), files?.["/bin/stand-in"]?.includes("wait")]), [
    ["x:latest", true],
    ["y:latest", false],
  ]);
});
