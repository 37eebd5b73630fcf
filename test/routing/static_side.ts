/** What a compose stack's Traefik becomes: the chart's values, the front, the routes, and what is said. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { FRONT_NAME } from "../../lib/kube/traefik/front.ts";
import { withFiles } from "../cli/in_process.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";

export interface ChartValues {
  readonly additionalArguments: readonly string[];
  readonly additionalVolumeMounts?: unknown;
  readonly env?: readonly { readonly name: string }[];
  readonly nodeSelector?: unknown;
  readonly ports: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly deployment?: Readonly<Record<string, unknown>> & { readonly additionalVolumes?: unknown };
}

export interface StaticSide {
  readonly values: ChartValues;
  /** The ports of the front, as Kubernetes has them. */
  readonly front: readonly Readonly<Record<string, unknown>>[];
  readonly objects: readonly KubeObject[];
  readonly directory: string;
  /** The findings of a code. */
  said(code: string): readonly Diagnostic[];
}

/** Converts a stack with the files that lie beside it. */
export async function staticSide(
  compose: string,
  { files = {}, decisions = "" }: {
    readonly files?: Readonly<Record<string, string>>;
    readonly decisions?: string;
  } = {},
): Promise<StaticSide> {
  let found: StaticSide | undefined;
  await withFiles({ "compose.yaml": compose, ...files }, async (directory) => {
    const { conversion, diagnostics } = await planTestStack({ directory, decisions });
    const objects = objectsOf(conversion).map(({ object }) => object);
    const spec = (kind: string, name: string): Readonly<Record<string, unknown>> =>
      (objects.find((object) => object.kind === kind && object.metadata.name === name)?.["spec"] ??
        {}) as Readonly<Record<string, unknown>>;
    found = {
      values: parse(String(spec("HelmChartConfig", "traefik")["valuesContent"])),
      front: (spec("Service", FRONT_NAME)["ports"] ?? []) as StaticSide["front"],
      objects,
      directory,
      said: (code) => diagnostics.filter((each) => each.code === code),
    };
  });
  assert.ok(found);
  return found;
}
