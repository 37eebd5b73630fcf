/** Which version an image of Traefik is. */
import assert from "node:assert/strict";
import { imageVersion } from "../../lib/traefik/image_version.ts";

const VERSIONS: readonly (readonly [string, string | undefined])[] = [
  ["traefik:v2.10.7", "2.10.7"],
  ["traefik:3", "3"],
  ["traefik:v3.4-windowsservercore", "3.4"],
  ["traefik:3.1@sha256:0f", "3.1"],
  ["registry.example.org:5000/traefik:v2.9", "2.9"],
  ["registry.example.org:5000/traefik", undefined],
  ["traefik", undefined],
  ["traefik:latest", undefined],
  ["traefik:maroilles-alpine", "1"],
  ["traefik:chevrotin", "2.2"],
  ["traefik:vacherin", "2.8"],
  ["traefik:saintmarcelin", "2.10"],
  ["traefik:beaufort", undefined],
];

for (const [image, version] of VERSIONS) {
  Deno.test(`the version of ${image} is ${version ?? "not told by its tag"}`, () => {
    assert.equal(imageVersion(image), version);
  });
}
