/** One object: the line that asked for it, the migration that applies it, what reads it, and its YAML. */
import { maskVersions } from "../diff/mask.ts";
import { yamlOutput } from "../diagnostics/yaml_output.ts";
import { findingsByService } from "../checks/verdicts.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Entry, type Explanation, placed, section } from "./explanation.ts";
import { objectsOfService, shortName, type ViewedObject, viewedObjects } from "./objects.ts";
import type { StackView } from "./stack_view.ts";

/** @param planned one of `viewedObjects` */
export function explainObject(view: StackView, planned: ViewedObject): Explanation {
  const { object, source, migration } = planned;
  const services = servicesOf(view, planned);
  const { namespace } = object.metadata;
  const place = namespace === undefined ? "of the whole cluster" : `in namespace "${namespace}"`;
  const by = migration === undefined ? "" : `, applied by ${migration}`;
  const pointed = view.diagnostics.filter(({ span }) =>
    span !== undefined && span.file === source?.file && span.line === source.line
  );
  const [only] = services.length === 1 ? services : [];
  const findings = only === undefined
    ? pointed
    : (findingsByService(view.facts.project, view.diagnostics).get(only) ?? []).map((each) =>
      each.diagnostic
    );
  return {
    kind: "object",
    name: shortName(object),
    summary: `${object.kind} (${object.apiVersion}) ${place}${by}.`,
    ...placed(source),
    sections: [
      ...section(
        "Serves",
        services.map((name): Entry => ({
          name,
          text: "service",
          ...placed(view.facts.project.span(["services", name])),
        })),
      ),
    ],
    yaml: shownYaml(view, object),
    findings: isWorkloadKind(object.kind) ? findings : pointed,
  };
}

/** An object as it is applied, secrets hidden. */
export function shownYaml({ secrets }: Pick<StackView, "secrets">, object: KubeObject): string {
  return yamlOutput(maskVersions({ after: object }, secrets).after, { lineWidth: 0 });
}

function servicesOf(view: StackView, { object }: ViewedObject): readonly string[] {
  const name = shortName(object);
  return [...view.conversion.services.keys()].filter((service) =>
    objectsOfService(view, service).some((each) => shortName(each.object) === name)
  );
}

function isWorkloadKind(kind: string): boolean {
  return /^(Deployment|StatefulSet|DaemonSet|Job|CronJob)$/.test(kind);
}

/** Every object that the words mean: `deployment/web`, `deploy/web` as kubectl takes it, or the plural. */
export function findObjects(view: StackView, kind: string, name: string): readonly ViewedObject[] {
  const wanted = SHORT[kind.toLowerCase()] ?? kind.toLowerCase();
  return viewedObjects(view).filter(({ object }) => {
    const own = object.kind.toLowerCase();
    return object.metadata.name === name && (own === wanted || `${own}s` === wanted || `${own}es` === wanted);
  });
}

/** kubectl's short names of what a stack becomes. */
const SHORT: Readonly<Record<string, string>> = {
  cm: "configmap",
  cj: "cronjob",
  deploy: "deployment",
  ds: "daemonset",
  ns: "namespace",
  pv: "persistentvolume",
  pvc: "persistentvolumeclaim",
  sc: "storageclass",
  sts: "statefulset",
  svc: "service",
};
