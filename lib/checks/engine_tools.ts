/** Tools of the Docker Engine that are left out, and labels that only they or another proxy read. */
import type { Service } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";
import { leftOutTools } from "../stack/engine_tools.ts";

/** @param written the decisions as they were written, without what is left out by itself */
export function checkEngineTools(context: Context, written: Decisions): void {
  for (const [name, { does, instead }] of leftOutTools(context.project, written)) {
    context.report({
      code: "kube-engine-tool",
      severity: "warning",
      message: `Service "${name}" is left out: ${does}, and none runs the pods. In its place: ${instead}`,
      ...at(context.project, ["services", name, "image"]),
      hint: `To move it all the same: services: { ${yamlWord(name)}: { kind: Deployment } }`,
    });
  }
  for (const service of Object.values(context.project.services)) {
    if (!isSkipped(context.decisions, service.name)) reportReaders(context, service);
  }
}

/** Who reads labels or variables of a service, found by the beginning of their names. */
const READERS: readonly { readonly name: RegExp; readonly who: string; readonly hint: string }[] = [
  {
    name: /^ofelia\.job-/,
    who: "ofelia runs commands at a time by them",
    hint: "Make a CronJob with the service's image and that command: kubectl create cronjob",
  },
  {
    name: /^caddy(_\d+)?(\.|$)/,
    who: "caddy-docker-proxy makes its sites of them",
    hint: "Write them as Traefik's labels, such as traefik.http.routers.NAME.rule: Host(`...`)",
  },
  {
    name: /^(VIRTUAL_HOST|VIRTUAL_PORT|VIRTUAL_PATH|LETSENCRYPT_HOST)$/,
    who: "nginx-proxy makes its sites of them",
    hint: "Write them as Traefik's labels, such as traefik.http.routers.NAME.rule: Host(`...`)",
  },
];

function reportReaders({ project, report }: Context, service: Service): void {
  for (const { name, who, hint } of READERS) {
    const found = (["labels", "environment"] as const).flatMap((key) =>
      Object.keys(service[key] ?? {}).filter((one) => name.test(one))
        .map((one) => ({ one, path: ["services", service.name, key, one] }))
    );
    const [first] = found;
    if (first === undefined) continue;
    report({
      code: "kube-engine-labels",
      severity: "question",
      message: `Service "${service.name}" has ${
        found.map(({ one }) => `"${one}"`).join(", ")
      }, and ${who}: it asks the Docker Engine, which does not run the pods`,
      ...at(project, first.path),
      hint,
    });
  }
}
