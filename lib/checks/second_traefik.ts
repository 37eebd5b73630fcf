/**
 * Further services that run Traefik: the first becomes the cluster's, and the others are moved as programs. One that asks
 * an engine for the labels of containers has no routes any more, which nothing else says of it.
 */
import type { Service } from "../../compose/project.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";
import { fileTexts } from "../stack/texts/file_texts.ts";
import { isTraefikImage } from "../traefik/find_traefik.ts";

/** A warning for each that finds its routes by labels; with a file provider alone it goes on as it was. */
export function checkSecondTraefik(context: Context): void {
  const { project, decisions, routing } = context;
  for (const service of Object.values(project.services)) {
    const { name } = service;
    const isFurther = isTraefikImage(service.image) && name !== routing.traefikService;
    if (!isFurther || isSkipped(decisions, name) || !asksEngine(context, service)) continue;
    const first = routing.traefikService === undefined ? "" : `, that of service "${routing.traefikService}"`;
    context.report({
      code: "traefik-second",
      severity: "warning",
      message:
        `Service "${name}" is a further Traefik, which finds its routes by the labels of containers: no Docker Engine ` +
        "runs the pods, so it has none",
      ...at(project, ["services", name, "image"]),
      hint:
        `The cluster has one Traefik${first}: give its routes the labels that this one asks for, and leave the other ` +
        `out: services: { ${yamlWord(name)}: { skip: "..." } }`,
    });
  }
}

/** By flags, by variables or by its static file, which is one of the mounted ones. */
function asksEngine({ project, bindSources }: Context, service: Service): boolean {
  const words = [...service.entrypoint ?? [], ...service.command ?? []];
  return words.some((word) => /^--?providers\.(docker|swarm)\b/i.test(word)) ||
    Object.keys(service.environment ?? {}).some((key) => /^TRAEFIK_PROVIDERS_(DOCKER|SWARM)/i.test(key)) ||
    fileTexts(project, service, bindSources).some(({ text }) =>
      /^\s*\[providers\.(docker|swarm)\b/im.test(text) ||
      /^providers:/m.test(text) && /^\s+["']?(docker|swarm)["']?:/m.test(text)
    );
}
