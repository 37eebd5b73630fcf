/** The front of a stack, and how both its sides are asked before and after it moves. */
import { objectKey } from "../kube/object.ts";
import type { Plan } from "../migration/step.ts";
import type { FrontOptions } from "../run/front.ts";
import { openerOf } from "../run/verify/opened_port.ts";
import { questionsOf } from "../run/verify/questions.ts";
import type { Surroundings } from "./surroundings.ts";
import { type AskedStack, clusterSide, dockerSide, plannedBy } from "./verify_sides.ts";

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
    docker: () => dockerSide(surroundings, stack),
    inside: (client) => clusterSide(client, stack, asked, { objects, routes: "traefik", ports: "service" }),
    outside: (client) => clusterSide(client, stack, asked, { objects, routes: "node", ports: "opened" }),
  };
}
