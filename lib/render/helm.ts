/** A Helm chart of all objects; `--set to=050` installs it up to a migration. */
import { label } from "../stack/names.ts";
import type { PhaseFiles, RenderedFile } from "./files.ts";
import { keptByHelm } from "./keep.ts";
import { objectFiles } from "./object_files.ts";
import type { RenderOptions } from "./options.ts";
import { yamlText } from "./yaml_text.ts";

/** `Chart.yaml`, `values.yaml` and `templates/`. */
export function helmFiles(
  phases: readonly PhaseFiles[],
  namespace: string,
  options: RenderOptions,
): readonly RenderedFile[] {
  const numbers = phases.map(({ phase }) => numberOf(phase.migration));
  const chart = {
    apiVersion: "v2",
    name: label(namespace),
    description: `The compose stack "${namespace}" as objects of Kubernetes`,
    type: "application",
    version: options.chartVersion,
  };
  return [
    { path: "Chart.yaml", text: yamlText(chart) },
    {
      path: "values.yaml",
      text: `# The number of the last migration that is installed\nto: ${Math.max(0, ...numbers)}\n`,
    },
    ...phases.flatMap((phase) =>
      objectFiles([phase], "templates", options, keptByHelm).map((file) => ({
        ...file,
        text: template(file.text, numberOf(phase.phase.migration)),
      }))
    ),
  ];
}

/** Braces that Helm would take for an action of its own are texts of the stack. */
function template(text: string, number: number): string {
  return `{{- if ge (int .Values.to) ${number} }}\n${text.replaceAll("{{", '{{ "{{" }}')}{{- end }}\n`;
}

function numberOf(migration: string): number {
  return parseInt(migration, 10) || 0;
}
