/** Names of volumes and init containers that are different things stay different after normalising. */
import { label, shortHash } from "../../stack/names.ts";
import { type Digests, hasSymbol } from "../digests.ts";
import type { Mounted } from "./mounted.ts";
import type { Json } from "../../values/json.ts";

/** The same mounts, a volume renamed where its name already stands for another one. */
export function uniqueVolumeNames(mounted: readonly Mounted[], digests: Digests): Mounted[] {
  const others = new Map<string, string>();
  const volumes = new Map<string, string>();
  const initContainers = new Set<string>();
  const nameOf = (volume: Json & { name: string }, target: string): string => {
    const { name, ...source } = volume;
    // Two empty directories look the same and are not.
    const identity = JSON.stringify("emptyDir" in source ? [source, target] : source);
    const known = volumes.get(name);
    const other = `${name}-${identity}`;
    const free = known === undefined || known === identity
      ? name
      : others.get(other) ?? otherName(name, identity, digests);
    if (free !== name) others.set(other, free);
    volumes.set(free, identity);
    return free;
  };
  return mounted.map((one) => {
    const own = [one.volume, ...one.extraVolumes ?? []];
    const names = new Map(own.map((volume) => [volume.name, nameOf(volume, one.mount.mountPath)]));
    const renamed = <T extends Json & { name: string }>(json: T): T => ({
      ...json,
      name: names.get(json.name) ?? json.name,
    });
    return {
      ...one,
      volume: renamed(one.volume),
      mount: renamed(one.mount),
      ...(one.extraVolumes === undefined ? {} : { extraVolumes: one.extraVolumes.map(renamed) }),
      ...(one.init === undefined
        ? {}
        : { init: initOf(one.init, renamed, initContainers, one.mount.mountPath) }),
    };
  });
}

/** Where the volume's own object has a name that depends on the key, the volume's does. */
function otherName(name: string, identity: string, digests: Digests): string {
  const named = (text: string): string => label(`${name}-${shortHash(text)}`);
  return hasSymbol(identity)
    ? digests.symbol((key) => named(digests.resolve(identity, key)))
    : named(identity);
}

function initOf(
  init: Init,
  renamed: <T extends Json & { name: string }>(json: T) => T,
  taken: Set<string>,
  target: string,
): Init {
  const name = taken.has(init.name) ? label(`${init.name}-${shortHash(target)}`) : init.name;
  taken.add(name);
  return { ...init, name, volumeMounts: init.volumeMounts.map(renamed) };
}

type Init = NonNullable<Mounted["init"]>;
