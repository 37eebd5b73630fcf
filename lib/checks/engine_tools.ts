/** Tools of the Docker Engine that are left out, and labels that only they or another proxy read. */
import type { Service } from "../../compose/project.ts";
import { caddySite, nginxSite, routeHint, swagSite } from "./other_proxies.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";
import { leftOutTools } from "../stack/engine_tools.ts";
import { ofeliaJobs } from "../stack/ofelia.ts";

/** @param written the decisions as they were written, without what is left out by itself */
export function checkEngineTools(context: Context, written: Decisions): void {
  for (const [name, { does, instead }] of leftOutTools(context.project, written)) {
    context.report({
      code: "kube-engine-tool",
      severity: "warning",
      message:
        `Service "${name}" is left out: ${does}, but no Docker Engine runs the pods. Use instead: ${instead}`,
      ...at(context.project, ["services", name, "image"]),
      hint: `To move it anyway: services: { ${yamlWord(name)}: { kind: Deployment } }`,
    });
  }
  const { project, decisions, bindSources } = context;
  const scheduled = new Set(ofeliaJobs(project, decisions, bindSources).map(({ owner }) => owner));
  for (const service of Object.values(project.services)) {
    if (isSkipped(decisions, service.name)) continue;
    const readers = scheduled.has(service.name) ? READERS.filter((one) => one !== OFELIA) : READERS;
    reportReaders(context, service, readers);
  }
}

/** Who reads labels or variables, found by the beginning of their names. */
interface Reader {
  readonly name: RegExp;
  readonly who: string;
  readonly hint: (service: Service) => string;
}

/** Of a container that it is told of: without that, and where the stack has no ofelia, nobody knows who ran it. */
const OFELIA: Reader = {
  name: /^ofelia\.job-/,
  who: "ofelia runs scheduled commands by them if the container has ofelia.enabled=true",
  hint: () => "If the stack has the service ofelia and that label, they become CronJobs",
};

const READERS: readonly Reader[] = [
  OFELIA,
  {
    name: /^caddy(_\d+)?(\.|$)/,
    who: "caddy-docker-proxy makes its sites of them",
    hint: (service) => routeHint(service, caddySite(service)),
  },
  {
    name: /^(VIRTUAL_HOST|VIRTUAL_PORT|VIRTUAL_PATH|VIRTUAL_PROTO|LETSENCRYPT_HOST)$/,
    who: "nginx-proxy makes its sites of them",
    hint: (service) => routeHint(service, nginxSite(service)),
  },
  {
    name: /^swarm\.cronjob\./,
    who: "swarm-cronjob starts the service at these times",
    hint: ({ name }) =>
      "Write a CronJob with its image, its command and this schedule, and leave the service out: " +
      `services: { ${yamlWord(name)}: { skip: "..." } }`,
  },
  {
    name: /^swag(_\w+)?$/,
    who: "swag's Docker mod creates its sites from them",
    hint: (service) => routeHint(service, swagSite(service)),
  },
];

/** The names of labels, those for swarm included, and of variables, each with its place. */
function placesOfNames({ name, labels, deploy, environment }: Service): readonly NamedPlace[] {
  const sources = [[["labels"], labels], [["deploy", "labels"], deploy?.labels], [
    ["environment"],
    environment,
  ]] as const;
  return sources.flatMap(([keys, values]) =>
    Object.keys(values ?? {}).map((one) => ({ one, path: ["services", name, ...keys, one] }))
  );
}

interface NamedPlace {
  readonly one: string;
  readonly path: readonly string[];
}

function reportReaders({ project, report }: Context, service: Service, readers: readonly Reader[]): void {
  for (const { name, who, hint } of readers) {
    const found = placesOfNames(service).filter(({ one }) => name.test(one));
    const [first] = found;
    if (first === undefined) continue;
    report({
      code: "kube-engine-labels",
      severity: "question",
      message: `Service "${service.name}" has ${
        found.map(({ one }) => `"${one}"`).join(", ")
      }, and ${who}: it asks the Docker Engine, which does not run the pods`,
      ...at(project, first.path),
      hint: hint(service),
    });
  }
}
