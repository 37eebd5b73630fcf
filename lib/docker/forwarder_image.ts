/** An image of the engine whose program passes on connections: the stack's own Traefik, so that nothing is fetched. */
import { field, items } from "../values/json.ts";
import type { Engine } from "./engine.ts";
import { exposedPorts } from "./exposed_ports.ts";

/** An image, and `80/tcp`: the ports that every container of it has. */
export interface ForwarderImage {
  readonly image: string;
  readonly exposed: readonly string[];
}

/** Version 1 has no routes for TCP. */
const TRAEFIK = /(^|\/)traefik:(?!v?1(\.|$))/;

/** The newest Traefik 2 or 3 that the engine has; undefined where it has none. @throws EngineError */
export async function findForwarder(engine: Engine): Promise<ForwarderImage | undefined> {
  const tags = items(await engine.json("/images/json")).flatMap((image) => items(field(image, "RepoTags")))
    .map(String).filter((tag) => TRAEFIK.test(tag));
  const image = tags.sort((left, right) => left.localeCompare(right, "en", { numeric: true })).at(-1);
  if (image === undefined) return undefined;
  return { image, exposed: exposedPorts(await engine.json(`/images/${encodeURIComponent(image)}/json`)) };
}
