/**
 * Makes Docker's Traefik look at the containers anew, as it does when any of them starts or ends (`Provide` of its docker
 * provider), and not when one gets a network.
 */
import type { Engine } from "./engine.ts";
import { type HelperContainer, removeHelper } from "./helper_containers.ts";

/** Starts one for a moment, of the same image, which engine and program take away again. @throws EngineError */
export async function lookAgain(
  engine: Engine,
  { name, image, command: [program] }: Pick<HelperContainer, "name" | "image" | "command">,
): Promise<void> {
  const passing = `${name}-look-again`;
  await removeHelper(engine, passing);
  await engine.change("POST", `/containers/create?name=${encodeURIComponent(passing)}`, {
    Image: image,
    Entrypoint: [program],
    Cmd: ["version"],
    // Nobody's route, whatever Traefik does with containers that say nothing.
    Labels: { "traefik.enable": "false" },
    HostConfig: { NetworkMode: "none", AutoRemove: true },
  });
  await engine.change("POST", `/containers/${encodeURIComponent(passing)}/start`);
}
