/** The containers of every engine of this machine. */
import { type Container, listContainers } from "./containers.ts";
import type { Environment } from "./endpoints.ts";
import { EngineError } from "./engine.ts";
import { findEngines, type SilentEngine } from "./engines.ts";

/** What the engines of this machine have, and those that could not be asked. */
export interface EveryContainer {
  readonly containers: readonly Container[];
  readonly silent: readonly SilentEngine[];
  /** Where the engines that answer keep their data. */
  readonly roots: readonly string[];
}

/** Asks all of them; one that ends meanwhile counts as one that does not answer. */
export async function listEveryContainer(environment: Environment): Promise<EveryContainer> {
  using engines = await findEngines(environment);
  const silent = [...engines.silent];
  const containers: Container[] = [];
  for (const known of engines.known) {
    try {
      containers.push(...await listContainers(known));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      silent.push({ endpoint: known.engine.endpoint, why: error.message });
    }
  }
  return { containers, silent, roots: engines.known.map(({ root }) => root) };
}
