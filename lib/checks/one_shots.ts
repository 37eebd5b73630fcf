/** Services that Docker does not start again once they have ended, and that became servers: do they end by themselves? */
import type { Service } from "../../compose/project.ts";
import type { ConvertedService } from "../kube/conversion.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";
import { isAwaited, isSeenEnded, kindOf } from "../stack/kind.ts";
import type { ServicePort } from "../stack/ports.ts";
import { isOff } from "../stack/replicas.ts";

/**
 * One question for all of them. It is asked where `restart` or `deploy.restart_policy` says so, and where both are
 * absent while other services of the stack have one; but where it is not said in so many words, not of what serves a
 * port or has a healthcheck or a route, as that goes on running. One that is called as those that set something up is
 * asked about whatever its image exposes and however its siblings are started, unless it publishes a port.
 */
export function checkOneShots(
  context: Context,
  services: ReadonlyMap<string, ConvertedService>,
  ports: ReadonlyMap<string, readonly ServicePort[]>,
): void {
  const all = Object.values(context.project.services);
  const isCustom = all.some((service) => restartOf(service) === "always");
  const asked = all.filter((service) => {
    const converted = services.get(service.name);
    if (converted === undefined || converted.kind === "none" || converted.kind === "Job") return false;
    const isDecided = context.decisions.services?.[service.name]?.kind !== undefined;
    const isServing = (ports.get(service.name) ?? []).length > 0 || service.healthcheck !== undefined ||
      converted.routes.length > 0 || converted.kind === "StatefulSet";
    const restart = restartOf(service);
    if (isDecided || restart === "always" || isOff(context.decisions, service)) return false;
    const isCalledSo = ONE_SHOT_NAME.test(service.name) && (service.ports ?? []).length === 0 &&
      converted.routes.length === 0;
    return restart === "once" || isCalledSo || (!isServing && (restart === "until success" || isCustom));
  });
  const [first, ...others] = asked;
  if (first === undefined) return;
  const place = (service: Service): ReturnType<typeof at> =>
    at(context.project, ["services", service.name, ...(service.restart === undefined ? [] : ["restart"])]);
  const related = others.flatMap((service) => {
    const { span } = place(service);
    return span === undefined ? [] : [{ message: `Service "${service.name}"`, span }];
  });
  const names = asked.map(({ name }) => `"${name}"`).join(", ");
  context.report({
    code: "kube-one-shot-unclear",
    severity: "question",
    message: asked.length === 1
      ? `Docker does not start ${names} again once it has ended with success; as a Deployment it goes on running`
      : `Docker does not start these again once they have ended with success; as Deployments they go on running: ${names}`,
    ...place(first),
    hint: `If it ends by itself: services: { ${
      asked.map(({ name }) => `${yamlWord(name)}: { kind: Job }`).join(", ")
    } }`,
    ...(related.length === 0 ? {} : { related }),
  });
}

/** Names of programs that do one thing and end: `setup`, `db-migrate`, `kafka-init`, `wp-cli`, `createbuckets`. */
const ONE_SHOT_NAME =
  /(?:^|[-_.])(?:init(?:ializ\w*|ialis\w*|db)?|setup|migrat\w*|seed\w*|bootstrap\w*|install\w*|provision\w*|create\w*|configurator|import|permissions?|chown|keygen|\w*cli)(?:[-_.]|$)/i;

/** One remark for what became a Job because an engine showed that it ends by itself. */
export function reportSeenEnded(context: Context): void {
  const services = Object.values(context.project.services).filter((service) =>
    !isSkipped(context.decisions, service.name) && isSeenEnded(context, service) &&
    context.decisions.services?.[service.name]?.kind === undefined && kindOf(context, service) === "Job" &&
    !isAwaited(context.project, service)
  );
  const [first, ...others] = services;
  if (first === undefined) return;
  context.report({
    code: "kube-one-shot-seen",
    severity: "info",
    message: `Ended with success in the engine, and so a Job: ${
      services.map(({ name }) => `service "${name}"`).join(", ")
    }`,
    ...at(context.project, ["services", first.name]),
    hint: `If it is to go on running: services: { ${
      services.map(({ name }) => `${yamlWord(name)}: { kind: Deployment }`).join(", ")
    } }`,
    related: others.flatMap(({ name }) => {
      const { span } = at(context.project, ["services", name]);
      return span === undefined ? [] : [{ message: `Service "${name}"`, span }];
    }),
  });
}

/** What `restart`, or else `deploy.restart_policy`, says of a program that ended with success. */
function restartOf({ restart, deploy }: Service): "always" | "until success" | "once" | "silent" {
  const condition = deploy?.restart_policy?.["condition"];
  if (restart === undefined && deploy?.restart_policy === undefined) return "silent";
  if (restart === "no" || (restart === undefined && condition === "none")) return "once";
  const isRetried = restart?.startsWith("on-failure") ?? condition === "on-failure";
  return isRetried ? "until success" : "always";
}
