/**
 * A container that is there for its labels alone, in the network of another one: whoever reads them, as Traefik does, takes
 * the other one's address for its own. When it goes, the other one is still there for those who have not heard of it yet.
 */
import type { Engine } from "./engine.ts";

/** One to be made. */
export interface Signpost {
  readonly name: string;
  /** Of Traefik. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The container that it leads to, which runs. */
  readonly to: string;
}

/**
 * Starts it, where there is none of its name; it does not come back with the engine.
 *
 * @throws EngineError
 */
export async function putSignpost(engine: Engine, { name, image, labels, to }: Signpost): Promise<void> {
  await engine.change("POST", `/containers/create?name=${encodeURIComponent(name)}`, {
    Image: image,
    Entrypoint: ["traefik"],
    // Without a port of its own it would take the other one's 80; the kernel gives it one that is free.
    Cmd: [
      "--entrypoints.none.address=127.0.0.1:0",
      "--global.checknewversion=false",
      "--global.sendanonymoususage=false",
    ],
    Labels: labels,
    HostConfig: { NetworkMode: `container:${to}` },
  });
  await engine.change("POST", `/containers/${encodeURIComponent(name)}/start`);
}
