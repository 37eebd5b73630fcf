/** The texts of the files that objects get, below a folder. */
import type { KubeObject } from "../kube/object.ts";
import type { PhaseFiles, RenderedFile } from "./files.ts";
import type { RenderOptions } from "./options.ts";
import { writtenForm } from "./secret_form.ts";
import { yamlText } from "./yaml_text.ts";

/** What a layout adds to every object: the annotations by which its tool is told what to do with it. */
export type Annotate = (object: KubeObject, phase: number) => Readonly<Record<string, string>>;

/** A file for each object that is written at all; `annotate` is given the number of the phase, from 0. */
export function objectFiles(
  phases: readonly PhaseFiles[],
  folder: string,
  options: RenderOptions,
  annotate: Annotate = () => ({}),
): readonly RenderedFile[] {
  return phases.flatMap(({ folder: below, files }, index) =>
    files.flatMap(({ name, planned }): readonly RenderedFile[] => {
      const written = writtenForm(planned.object, options);
      if (written === undefined) return [];
      const { object, comment, isTemplate } = written;
      const text = yamlText(annotated(object, annotate(planned.object, index)));
      const comments = [
        planned.service === undefined ? [] : [`compose service: ${planned.service}`],
        comment ?? [],
      ];
      return [{
        path: `${folder}/${below}/${name}`,
        text: `${comments.flat().map((line) => `# ${line}\n`).join("")}${text}`,
        ...(isTemplate === undefined ? {} : { isTemplate }),
        ...(object["kind"] === "Secret" && isTemplate === undefined ? { isPrivate: true } : {}),
      }];
    })
  );
}

function annotated(
  object: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  if (Object.keys(more).length === 0) return object;
  // The edge: what `writtenForm` gives is an object of Kubernetes.
  const metadata = object["metadata"] as KubeObject["metadata"];
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...more } } };
}
