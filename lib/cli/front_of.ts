/** The front of a stack, and how both its sides are asked before and after it moves. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { objectKey } from "../kube/object.ts";
import { type Plan, type PlannedMigration, plannedObjects } from "../migration/step.ts";
import type { FrontOptions } from "../run/front.ts";
import { silentEngines } from "../run/guard/silent.ts";
import { openerOf } from "../run/verify/opened_port.ts";
import { questionsOf } from "../run/verify/questions.ts";
import { list, record } from "../values/json.ts";
import type { Surroundings } from "./surroundings.ts";
import { type AskedStack, clusterSide, dockerSide, plannedBy, WHAT_ANSWERS } from "./verify_sides.ts";

/** What `migrate --cross` asks about the front. */
export function frontOptions(stack: AskedStack, plan: Plan, surroundings: Surroundings): FrontOptions {
  const keys = new Set(stack.conversion.front.map(({ object }) => objectKey(object)));
  const objects = plannedBy(plan, stack.conversion);
  const opening = stack.conversion.front.map(({ object }) => object);
  // What stays where it is, as behind a Traefik of one's own, is not asked.
  const asked = questionsOf(objects, stack.project).asked.filter((one) =>
    openerOf(opening, { hostPort: one.kind === "route" ? one.publicPort : one.hostPort }) !== undefined
  );
  return {
    isFront: ({ object }) => keys.has(objectKey(object)),
    questions: asked,
    docker: async (client) => {
      const side = await dockerSide(surroundings, stack, client);
      // What nobody can ask may be what answers for the world just now.
      if (side.silent.length > 0) {
        throw new Failure(ExitCode.failed, silentEngines(side.silent, "error", WHAT_ANSWERS));
      }
      return side;
    },
    inside: (client) => clusterSide(client, stack, asked, { objects, routes: "traefik", ports: "service" }),
    outside: (client) => clusterSide(client, stack, asked, { objects, routes: "node", ports: "opened" }),
  };
}

/** What `migrate --cross` would do about the front. */
export interface PlannedFront {
  readonly migration: string;
  /** Of the node: `443`, `443/udp`. */
  readonly ports: readonly string[];
  /** How many routes and ports are asked at both sides, before and after. */
  readonly asked: number;
}

/** Undefined where none of these migrations moves it. */
export function plannedFront(
  migrations: readonly PlannedMigration[],
  { isFront, questions }: FrontOptions,
): PlannedFront | undefined {
  for (const migration of migrations) {
    const opening = plannedObjects(migration).filter(isFront);
    if (opening.length === 0) continue;
    const ports = opening.flatMap(({ object }) => list(record(object["spec"])?.["ports"]))
      .map(({ port, protocol }) => protocol === "UDP" ? `${port}/udp` : `${port}`);
    return { migration: migration.id, ports: [...new Set(ports)], asked: questions.length };
  }
  return undefined;
}
