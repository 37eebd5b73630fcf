/** Networks whose containers have addresses of the local network: drivers macvlan and ipvlan. */
import type { Network } from "../../../compose/project.ts";

/** Whether other machines see the containers of a network; an internal one is cut off from them. */
export function givesLanAddresses({ driver, internal }: Network): boolean {
  return /^(mac|ip)vlan$/.test(driver ?? "") && internal !== true;
}
