/** Reads, converts and plans a stack from disk by the product's own function, with nothing of this machine in it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PlannedStack, planStack } from "../../lib/cli/plan_stack.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";
import type { Conversion } from "../../lib/kube/conversion.ts";
import type { ImageFacts } from "../../lib/stack/image_facts.ts";
import type { RegistryLogins } from "../../lib/stack/registry_logins.ts";
import { NOTHING_SEEN, type Seen } from "../../lib/stack/seen.ts";

const HOME = fileURLToPath(new URL("../../", import.meta.url));

/** What a stack is read with. */
export interface StackFiles {
  readonly directory: string;
  readonly files?: readonly string[];
  readonly profiles?: readonly string[];
  /** The text of decisions.yaml; none is looked for. */
  readonly decisions?: string;
  /** What an engine would tell of images. */
  readonly images?: Readonly<Record<string, ImageFacts>>;
  /** What an engine told of containers. */
  readonly seen?: Partial<Seen>;
  readonly compatibility?: boolean;
  /** Docker's logins on the machine. */
  readonly logins?: RegistryLogins;
}

/** All of it: a test's input is valid compose. */
export type TestStack =
  & PlannedStack
  & Required<Pick<PlannedStack, "project" | "bindSources" | "routing" | "conversion">>;

/** Fails where the loader finds no project. */
export async function planTestStack(input: StackFiles): Promise<TestStack> {
  const { directory, files, profiles, compatibility, decisions = "", images, seen, logins } = input;
  const gathered = await planStack(
    {
      stack: directory,
      ...(files === undefined ? {} : { file: [...files] }),
      ...(profiles === undefined ? {} : { profile: [...profiles] }),
      ...(compatibility === undefined ? {} : { compatibility }),
    },
    { environment: {}, directory, home: HOME, now: () => new Date("2026-01-01T00:00:00Z") },
    {
      decisions: { file: join(directory, "decisions.yaml"), text: decisions },
      ...(logins === undefined ? {} : { logins }),
      engine: { seen: { ...NOTHING_SEEN, ...seen }, images: (image) => images?.[image] },
    },
  );
  const { project, bindSources, routing, conversion } = gathered;
  if (
    project === undefined || bindSources === undefined || routing === undefined || conversion === undefined
  ) throw new Error(gathered.diagnostics.map(({ message }) => message).join("\n"));
  return { ...gathered, project, bindSources, routing, conversion };
}

/** Every object of a conversion, in the order of the migrations. */
export function objectsOf(conversion: Conversion): readonly PlannedObject[] {
  const services = [...conversion.services.values()];
  return [
    ...conversion.namespaces,
    ...conversion.storage,
    ...conversion.configuration,
    ...conversion.clusterNames.objects,
    ...conversion.traefik,
    ...services.flatMap(({ network, workload, routes }) => [...network, ...workload, ...routes]),
    ...conversion.routes,
    ...conversion.front,
    ...conversion.scheduled,
  ];
}
