import { deepEqual, equal } from "node:assert/strict";
import { orderOf, probeEvents, stays, timesOf } from "./probe_log.ts";
import {
  externalOf,
  foreignPaths,
  namesOf,
  portsOf,
  publishedPorts,
  roleOf,
  targetsOf,
  withoutTraefik,
} from "./project.ts";
import { publishedAspects, publishedTargets } from "./reach.ts";

const PROJECT = {
  name: "harbour",
  services: {
    web: {
      links: ["store:bay"],
      extra_hosts: ["lighthouse=192.0.2.4"],
      ports: [{ target: 80, published: "8080" }, { target: 53, published: "5300", protocol: "udp" }],
      networks: { default: null },
    },
    store: {
      container_name: "the-store",
      expose: ["5432", "6000-6001", "5353/udp"],
      networks: { default: { aliases: ["db"] } },
    },
  },
};

Deno.test("ports are those of ports, expose and the image, by protocol", () => {
  deepEqual(portsOf(PROJECT.services.web, ["443/tcp"]), { tcp: [80, 443], udp: [53] });
  deepEqual(portsOf({}, ["7002-7003/tcp", "53/udp"]), { tcp: [7002, 7003], udp: [53] });
  deepEqual(portsOf(PROJECT.services.store, []), { tcp: [5432, 6000, 6001], udp: [5353] });
  deepEqual(publishedPorts(PROJECT), ["8080/tcp", "5300/udp"]);
});

Deno.test("every name of the stack is asked for, and one that nobody has", () => {
  const names = [...namesOf(PROJECT)];
  deepEqual(names, [
    ["web", "web"],
    ["store", "store"],
    ["the-store", "store"],
    ["db", "store"],
    ["nobody-has-this-name.invalid", undefined],
  ]);
  const ports = { store: { tcp: [5432], udp: [] } };
  deepEqual(targetsOf(PROJECT, "web", ports).find(({ name }) => name === "bay"), {
    name: "bay",
    tcp: [5432],
    udp: [],
    owner: "store",
  });
  deepEqual(targetsOf(PROJECT, "web", ports).find(({ name }) => name === "lighthouse"), {
    name: "lighthouse",
    tcp: [],
    udp: [],
  });
  deepEqual(targetsOf(PROJECT, "store", ports).filter(({ name }) => /^(bay|lighthouse)$/.test(name)), []);
  equal(roleOf("store", ports.store).tcp.length, 2);
});

Deno.test("a log is read line by line, whoever else writes into it", () => {
  const log =
    'warning: something\r\n{"event":"start","at":5}\r\n{"event":"signal","at":9,"signal":"SIGINT"}\r\n';
  deepEqual(probeEvents(log).map(({ event }) => event), ["start", "signal"]);
  deepEqual(timesOf(probeEvents(log)), { started: 5 });
  equal(timesOf([]), undefined);
});

Deno.test("a program that will end by itself does not stay, also while it still works", () => {
  const events = (log: string): boolean => stays(probeEvents(log));
  equal(events(""), false);
  equal(events('{"event":"start","at":5}\n'), true);
  equal(events('{"event":"start","at":5,"ends":true}\n'), false);
});

Deno.test("who waits for the end of another begins after its end, not after its start", () => {
  const dependencies = {
    tables: { condition: "service_completed_successfully" },
    store: { condition: "service_started" },
  };
  const times = { tables: { started: 1, ended: 8 }, store: { started: 3 } };
  deepEqual(orderOf(dependencies, { started: 5 }, times), { tables: false, store: true });
  deepEqual(orderOf(dependencies, { started: 9 }, times), { tables: true, store: true });
  deepEqual(orderOf(dependencies, { started: 9 }, {}), { tables: false, store: false });
});

Deno.test("published ports are looked for at every address of the machine", () => {
  const addresses = { node: "10.0.0.1", loopback: "127.0.0.1" };
  deepEqual(publishedTargets(["80/tcp", "53/udp"], addresses)[1], {
    name: "127.0.0.1",
    tcp: [80],
    udp: [53],
  });
  deepEqual(
    publishedAspects(
      [{ name: "127.0.0.1", addresses: [], ports: { "80/tcp": "web", "53/udp": "" } }],
      addresses,
    ),
    { "published.loopback 80/tcp": "web", "published.loopback 53/udp": "nobody" },
  );
});

Deno.test("a path outside of the stack may be read and not written", () => {
  const volume = (source: string, read_only: boolean) => ({ type: "bind", source, target: "/x", read_only });
  const volumes = [volume("/stack/data", false), volume("/etc/ssl", true), volume("/srv/real", false)];
  deepEqual(foreignPaths({ name: "s", services: { web: { volumes } } }, "/stack"), ["/srv/real"]);
  const socket = { web: { volumes: [volume("/var/run/docker.sock", false), volume("/run", false)] } };
  deepEqual(foreignPaths({ name: "s", services: socket }, "/stack"), ["/run"]);
});

Deno.test("networks and volumes of other stacks are known by their own names", () => {
  deepEqual(
    externalOf({ proxy: { name: "p_proxy", external: true }, own: { name: "harbour_own" }, other: null }),
    [
      "p_proxy",
    ],
  );
  deepEqual(externalOf(undefined), []);
});

Deno.test("a stack's own Traefik is none of the programs that are looked at", () => {
  const services = { proxy: { image: "docker.io/traefik:v3.1" }, who: { image: "traefik/whoami:v1" } };
  deepEqual(Object.keys(withoutTraefik({ name: "s", services }).services), ["who"]);
});
