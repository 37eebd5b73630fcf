/** What is said when an object is refused, a wait fails or the cluster cannot be used. */
import { ApiError, diagnoseAccess, isImmutable } from "../cluster/api_error.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { redact } from "../diff/secrets.ts";
import { describeObject, type PlannedObject } from "../kube/object.ts";

/** Everything worth saying about one refused object; values of secrets are masked. */
export function diagnoseObject(
  error: unknown,
  planned: PlannedObject,
  server: string,
  secrets: readonly string[],
): readonly Diagnostic[] {
  const access = diagnoseAccess(error, server);
  const name = describeObject(planned.object);
  const place = placeOf(planned.source);
  const clean = (text: string): string => redact(text, secrets);
  if (access !== undefined) return [{ ...access, message: `${name}: ${clean(access.message)}`, ...place }];
  if (!(error instanceof ApiError)) throw error;
  const conflicts = error.causes.filter(({ reason }) => reason === "FieldManagerConflict");
  if (conflicts.length > 0) {
    return conflicts.map(({ field, message }) => ({
      code: "run-field-conflict",
      severity: "error",
      message: `${name}: field "${field ?? ""}" belongs to another manager: ${clean(message ?? "")}`,
      ...place,
      hint: "Take it over with `deno task migrate --adopt`, or let the other one give up the field",
    }));
  }
  return [{ ...refusal(error, planned.object.kind, name, clean), severity: "error", ...place }];
}

/** Why the server refuses an object, and what to do; what cannot be changed in place depends on the kind. */
function refusal(
  error: ApiError,
  kind: string,
  name: string,
  clean: (text: string) => string,
): Pick<Diagnostic, "code" | "message" | "hint"> {
  if (kind === "PersistentVolume" && /immutable/.test(error.message)) {
    return {
      code: "run-volume-place",
      message: `${name} was made for another place: where a volume lies, on which node, and whether its ` +
        "directory is made (hostPath) or has to exist (local) cannot be changed afterwards",
      hint:
        "Use the profile and the decisions that it was made with; nothing was changed, and its data lies where " +
        "it was. For another place, delete the claim and the volume yourself: the directory stays",
    };
  }
  const isKept = kind === "PersistentVolumeClaim" &&
    /immutable after creation|field can not be less/.test(error.message);
  if (isKept || isImmutable(error)) {
    return {
      code: "run-field-immutable",
      message: `${name} cannot be changed in place: ${clean(error.message)}`,
      hint: isKept
        ? "A claim is never deleted, because its data depends on it: bring size, class and volume in the decisions back to " +
          "what `kubectl get pvc` shows, or move the data to a claim of another name yourself"
        : "Objects of this kind are never deleted and created again, because data may depend on them; " +
          "bring the stack back to what is there, or replace the object yourself after a backup",
    };
  }
  return {
    code: error.reason === "UnknownKind" ? "run-unknown-kind" : "run-object-refused",
    message: `${name} is refused: ${clean(error.message)}`,
    hint: hintFor(error),
  };
}

function hintFor(error: ApiError): string {
  if (error.reason === "UnknownKind") {
    return "Install what defines the kind (for Traefik's kinds: the Traefik that k3s brings), then run again";
  }
  if (error.status === 404 && /namespaces? .* not found/.test(error.message)) {
    return "The namespace is made by the first migration; run without --to, or create it";
  }
  if (/being terminated/.test(error.message)) return "Wait until the namespace is gone, then run again";
  if (/exceeded quota/.test(error.message)) return "Raise the namespace's quota or lower the requests";
  if (/must specify (limits|requests)/.test(error.message)) {
    return "The namespace's quota counts what the pod does not say: decide limits.default, or the service's own";
  }
  if (/field not declared in schema|unknown field/.test(error.message)) {
    return "The server's version does not know the field; this is a fault of the conversion or an old server";
  }
  return "Correct the source of the value and run again: the run continues at this migration";
}

/** The diagnostics' span, where there is one. */
export function placeOf(source: Span | undefined): { readonly span?: Span } {
  return source === undefined ? {} : { span: source };
}
