/** Services that other machines reach at an address of their own, which no pod has. */
import { deepEqual, match } from "node:assert/strict";
import { findingsOf, planText } from "../cli/planned_text.ts";

const COMPOSE = `
services:
  dns:
    image: registry.example/dns:1.0
    restart: always
    networks: { lan: { ipv4_address: 192.168.1.53 }, inside: {} }
  cast:
    image: registry.example/cast:1.0
    restart: always
    networks: [vlan]
  web:
    image: registry.example/web:1.0
    restart: always
    networks: [inside, closed]
networks:
  lan: { driver: macvlan, driver_opts: { parent: eth0 } }
  vlan: { driver: ipvlan }
  closed: { driver: macvlan, internal: true }
  inside: { driver: bridge }
`;

Deno.test("an address of the local network is missed, but not one of a bridge or of a closed network", async () => {
  const stack = await planText(COMPOSE);
  deepEqual(findingsOf(stack, "kube-lan-address"), [
    'warning Service "dns" has an address of its own in the local network, "192.168.1.53", by network "lan" (macvlan): ' +
    "nobody reaches its pod there (compose.yaml:6:38)",
    'warning Service "cast" has an address of its own in the local network, by network "vlan" (ipvlan): nobody reaches ' +
    "its pod there (compose.yaml:10:16)",
  ]);
});

Deno.test("that nothing is to be done is not said of its driver", async () => {
  const drivers = findingsOf(await planText(COMPOSE), "kube-not-carried").filter((said) =>
    said.includes('"driver" of')
  );
  deepEqual(drivers.length, 1);
  match(drivers[0] ?? "", /network "closed"/);
});
