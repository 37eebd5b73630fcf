/** Addresses that compose gives a service in Docker's networks, where they stay written: no pod has them. */
import type { Context } from "../stack/context.ts";
import { textPlaces } from "./text_places.ts";

/** A warning for each address, with every place that it is left in; a host in a setting was replaced before. */
export function checkFixedAddresses(context: Context): void {
  for (const { name, networks } of Object.values(context.project.services)) {
    const addresses = Object.values(networks ?? {})
      .flatMap((settings) => [settings?.ipv4_address ?? [], settings?.ipv6_address ?? []].flat());
    for (const address of new Set(addresses)) reportUses(context, name, address);
  }
}

function reportUses(context: Context, name: string, address: string): void {
  const pattern = new RegExp(`(?<![\\w.:])${address.replaceAll(".", "\\.")}(?!\\w|\\.\\d|/\\d)`, "i");
  const [first, ...others] = textPlaces(context, pattern);
  if (first === undefined) return;
  context.report({
    code: "kube-host-renamed",
    severity: "warning",
    message:
      `Address "${address}" is service "${name}" only in Docker's network, and is written in ${first.where}`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: `Write "${name}" there; in a list of allowed callers write the cluster's own networks`,
    related: others.flatMap(({ where, span }) =>
      span === undefined ? [] : [{ message: `And in ${where}`, span }]
    ),
  });
}
