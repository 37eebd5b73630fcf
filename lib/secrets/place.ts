/** One place of the stack's files that holds a secret, where it is kept in the cluster, and who reads it. */
import type { Origin } from "../../compose/mod.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { JobDecisions } from "../decisions/jobs.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { PlannedObject } from "../kube/object.ts";
import type { ExactText } from "../stack/secrets/exact_text.ts";
import type { StackTexts } from "../stack/secrets/located_secrets.ts";
import type { TextRange } from "../stack/secrets/part.ts";

/** Characters of a configuration file. */
export interface TextOrigin {
  /** Absolute path. */
  readonly path: string;
  readonly text: ExactText;
  readonly range: TextRange;
  readonly span: Span;
  /** Whether it is all that the file says, so that nothing around it has to be kept readable. */
  readonly isWhole: boolean;
}

/** Where a value is changed, or why it cannot be, to complete `cannot be changed here: `. */
export type PlaceOrigin =
  | { readonly kind: "value"; readonly origin: Origin }
  | { readonly kind: "text"; readonly origin: TextOrigin }
  | { readonly kind: "none"; readonly reason: string; readonly span?: Span };

/** A secret at one place. */
export interface SecretPlace {
  /** What people call it and `set` takes: `service.VARIABLE`, or a file's path. */
  readonly name: string;
  /** Never shown; undefined where it is not in the stack's files. */
  readonly value: string | undefined;
  readonly origin: PlaceOrigin;
  /** Where the cluster keeps it. */
  readonly object?: { readonly kind: string; readonly name: string; readonly key: string };
  /** The services that read it. */
  readonly readBy: readonly string[];
  /** The service and its variable, where it is one. */
  readonly variable?: { readonly service: string; readonly name: string };
}

/** Places that hold one secret: they change together. */
export interface SecretGroup {
  /** The name of its first place. */
  readonly name: string;
  /** The first is the one that the server's users are made from, where the decisions name one. */
  readonly places: readonly SecretPlace[];
  /** The decisions that say that they belong together. */
  readonly decisions: readonly string[];
  /** The Jobs that make a changed value true in a database or broker. */
  readonly jobs: readonly string[];
  /** The servers whose administrator's password it is. */
  readonly adminOf: readonly string[];
}

/** For people: where the value was written. */
export function spanOfPlace({ origin }: SecretPlace): Span | undefined {
  return origin.kind === "none" ? origin.span : origin.origin.span;
}

/** What an inventory is made from. */
export interface InventoryInput {
  readonly conversion: Conversion;
  readonly texts: StackTexts;
  readonly decisions: JobDecisions;
  /** Every object of the plan: Secrets that jobs and routes bring along are among them. */
  readonly objects: readonly PlannedObject[];
}
