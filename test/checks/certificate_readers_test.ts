/** Which services are said to read the certificates of the stack's Traefik, and what leads them to the cluster's. */
import { deepEqual, match } from "node:assert/strict";
import { findingsOf, planText } from "../cli/planned_text.ts";

const COMPOSE = `
services:
  traefik:
    image: traefik:v3.3
    command:
      - --entrypoints.websecure.address=:443
      - --certificatesresolvers.le.acme.tlschallenge=true
      - --certificatesresolvers.le.acme.storage=/le/acme.json
      - --certificatesresolvers.dns.acme.dnschallenge.provider=cloudflare
      - --certificatesresolvers.dns.acme.storage=/kept/dns/acme.json
    ports: ["443:443"]
    volumes: ["./le:/le", "kept:/kept", "./le/log:/le/log"]
  dumper:
    image: registry.example/dumper:1.0
    restart: always
    volumes: ["kept:/data:ro", "./le/log:/log"]
  mail:
    image: registry.example/mail:1.0
    restart: always
    volumes: ["./le/acme.json:/etc/acme.json"]
  part:
    image: registry.example/part:1.0
    restart: always
    volumes:
      - { type: volume, source: kept, target: /other, volume: { subpath: other } }
      - { type: volume, source: kept, target: /dns, volume: { subpath: dns } }
  backup:
    image: registry.example/backup:1.0
    restart: always
    volumes: [".:/stack:ro", "/:/machine:ro"]
volumes: { kept: }
`;
const texts = { "le/acme.json": "{}" };

Deno.test("who mounts what Traefik's certificates lie in is told where they are in its pod", async () => {
  deepEqual(
    findingsOf(await planText(COMPOSE, { texts }), "traefik-acme-read"),
    [
      ["dumper", "/data/dns/acme.json", 16],
      ["mail", "/etc/acme.json", 20],
      ["part", "/dns/acme.json", 26],
    ].map(([service, file, line]) =>
      `warning Service "${service}" reads the certificates of the stack's Traefik in "${file}": the cluster's Traefik ` +
      `keeps its own elsewhere, and those that it renews are not there (compose.yaml:${line}:${
        line === 26 ? 9 : 15
      })`
    ),
  );
});

Deno.test("the hint's decision leads the mount to the cluster's certificates, and ends the finding", async () => {
  const decisions =
    'storage: { "kept": { path: /var/lib/traefik }, "./le/acme.json": { path: /var/lib/traefik } }';
  const hints = (await planText(COMPOSE, { texts })).diagnostics
    .filter(({ code }) => code === "traefik-acme-read").map(({ hint }) => hint ?? "");
  match(hints[0] ?? "", /storage: \{ "kept": \{ path: \/var\/lib\/traefik \} \}$/);
  match(hints[1] ?? "", /storage: \{ "\.\/le\/acme\.json": \{ path: .* \} \}, with :ro behind the mount$/);
  deepEqual(findingsOf(await planText(COMPOSE, { texts, decisions }), "traefik-acme-read"), []);
});

Deno.test("without a storage on a mount, or without ACME in the cluster, nothing is said", async () => {
  const inContainer = COMPOSE.replaceAll(/storage=.*/g, "storage=/acme.json");
  deepEqual(findingsOf(await planText(inContainer, { texts }), "traefik-acme-read"), []);
  const decisions = "traefik: { acme: false }";
  deepEqual(findingsOf(await planText(COMPOSE, { texts, decisions }), "traefik-acme-read"), []);
});
