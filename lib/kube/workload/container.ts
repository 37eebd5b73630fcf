/** The container of a service: image, command, environment, probes, security, resources. */
import type { Service } from "../../../compose/project.ts";
import { at, type Context, imageOf } from "../../stack/context.ts";
import { environmentOf } from "../configuration/environment.ts";
import { label } from "../../stack/names.ts";
import { containerPorts } from "./container_ports.ts";
import type { Place } from "../../stack/secrets/reference.ts";
import { lifecycleOf } from "./lifecycle.ts";
import type { Mounts } from "./mounts.ts";
import { fields, type Json, optional } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { probesOf } from "./probes.ts";
import { resourcesOf } from "./resources.ts";
import { containerSecurity } from "./security.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { unexpanded } from "../unexpanded.ts";

/** The container, where its variables are kept, and the digests of its environment. */
export interface Container {
  readonly json: Json;
  readonly image: string;
  readonly variables: ReadonlyMap<string, Place>;
  readonly digests: readonly string[];
}

/** `variables` are set on top of the service's own, such as a node name. */
export function containerOf(
  state: ConversionState,
  subject: DecidedService,
  mounts: Mounts,
  variables: ReadonlyMap<string, string>,
): Container | undefined {
  const { context } = state;
  const { service, decision } = subject;
  const image = imageOf(context.decisions, service);
  if (image === undefined) {
    reportNoImage(context, subject);
    return undefined;
  }
  const extra = new Map([...variables].map(([key, value]) => [key, { value, secret: false }]));
  const command = argumentsOf(state, subject, "entrypoint", service.entrypoint, extra);
  const rest = argumentsOf(state, subject, "command", decision.command ?? service.command, extra);
  const isEmptied = service.entrypoint?.length === 0;
  if (isEmptied && rest.length === 0) reportEmptied(context, subject);
  const probes = probesOf(state, subject, extra);
  const environment = environmentOf(
    context,
    service,
    state.secrets,
    state.objects,
    state.notes,
    extra,
  );
  const ports = containerPorts(state, service.name);
  return {
    json: {
      name: label(service.name),
      image,
      imagePullPolicy: pullPolicy(service, decision.image),
      // With its entrypoint emptied an image runs the command itself.
      ...optional("command", isEmptied ? rest : command),
      ...optional("args", isEmptied ? [] : rest),
      ...(service.working_dir === undefined ? {} : { workingDir: service.working_dir }),
      ...optional("env", environment.env),
      ...optional("envFrom", environment.envFrom),
      ...optional("ports", ports),
      ...optional("volumeMounts", mounts.volumeMounts),
      ...probes,
      ...optional("lifecycle", lifecycleOf(state, subject)),
      ...optional("resources", resourcesOf(context, subject)),
      ...optional("securityContext", containerSecurity(context, subject)),
      ...(service.stdin_open === true ? { stdin: true } : {}),
      ...(service.tty === true ? { tty: true } : {}),
    },
    image,
    variables: environment.places,
    digests: environment.digests,
  };
}

/**
 * Kubernetes expands `$(NAME)` in arguments, compose does not: it is escaped. An argument that holds a secret is
 * read from the environment instead, where it comes from a Secret.
 */
function argumentsOf(
  state: ConversionState,
  subject: DecidedService,
  key: "entrypoint" | "command",
  list: readonly string[] | null | undefined,
  extra: Map<string, { value: string; secret: boolean }>,
): string[] {
  const words = list ?? [];
  const program = subject.service.image?.replace(/[:@].*$/, "");
  const reasons = state.secrets.ofArguments(subject.service.name, key, words, program);
  return words.map((argument, index) => {
    const why = reasons[index];
    if (why === undefined) return unexpanded(argument);
    const variable = `COMPOSE_${key.toUpperCase()}_${index}`;
    extra.set(variable, { value: argument, secret: true });
    const span = state.context.project.span(["services", subject.service.name, key, index]);
    state.notes.push({
      what: `${subject.service.name}.${key}.${index}`,
      why,
      ...(span === undefined ? {} : { span }),
    });
    return `$(${variable})`;
  });
}

/**
 * Without one Docker pulls what is missing, whatever the tag; Kubernetes would pull `latest` each time. What is to
 * be pulled again after some time is pulled at every start.
 */
function pullPolicy({ pull_policy: policy, image, build }: Service, decided: string | undefined): string {
  // A name of compose's own is nobody's in a registry, or somebody else's.
  const isOnlyHere = build !== undefined && decided === undefined && image !== undefined &&
    !image.includes("/");
  if (policy === "never" || policy === "build" || isOnlyHere) return "Never";
  return policy !== undefined && /^(always|refresh|daily|weekly|every_)/.test(policy)
    ? "Always"
    : "IfNotPresent";
}

function reportEmptied(context: Context, { service }: DecidedService): void {
  context.report({
    code: "kube-entrypoint-emptied",
    severity: "question",
    message:
      `Service "${service.name}" empties its image's entrypoint and names no command; a pod would run the entrypoint`,
    ...at(context.project, ["services", service.name, "entrypoint"]),
    hint: `Add the image's own command to decisions.yaml: services: { ${
      yamlWord(service.name)
    }: { command: [...] } }`,
  });
}

function reportNoImage(context: Context, { service }: DecidedService): void {
  const { provider } = service;
  if (typeof provider === "object" && provider !== null) {
    context.report({
      code: "kube-image-missing",
      severity: "error",
      message: `Service "${service.name}" names no image: provider "${
        String(fields(provider)["type"])
      }" makes something outside compose, and gives its dependents variables`,
      ...at(context.project, ["services", service.name, "provider"]),
      hint: `Write those variables at its dependents, and leave it out: services: { ${
        yamlWord(service.name)
      }: { skip: "..." } }`,
    });
    return;
  }
  context.report({
    code: "kube-image-missing",
    severity: "error",
    message: `Service "${service.name}" names no image`,
    ...at(context.project, ["services", service.name]),
    hint: `Add to decisions.yaml: services: { ${yamlWord(service.name)}: { image: REGISTRY/NAME:TAG } }`,
  });
}
