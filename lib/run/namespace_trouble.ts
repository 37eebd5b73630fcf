/** When the target's namespace, or the record in it, goes away while a run is at work. */
import { ApiError, isNotFound } from "../cluster/api_error.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { STATE_NAME } from "./names.ts";

/** What the server says when something is to be made in a namespace that is on its way out, or not there. */
const TERMINATING = /because it is being terminated/;
const ABSENT = /^namespaces "([^"]+)" not found$/;

/** The failure that this refusal means, or undefined where it is about something else. */
export function namespaceTrouble(error: unknown, namespace: string): Failure | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 403 && TERMINATING.test(error.message)) {
    return new Failure(1, [{
      code: "run-namespace-terminating",
      severity: "error",
      message: `Namespace "${namespace}" is being deleted, so nothing can be made in it any more`,
      hint:
        "Wait until it is gone, then run again: everything is created again, on the data that is still on the disk",
    }]);
  }
  if (!isNotFound(error) || ABSENT.exec(error.message)?.[1] !== namespace) return undefined;
  return new Failure(1, [{
    code: "run-namespace-gone",
    severity: "error",
    message: `Somebody deleted namespace "${namespace}" while this run was at work`,
    hint: "Run again: everything is created again, on the data that is still on the disk",
  }]);
}

/** What is said where the record was deleted under a run: its right to write went with it. */
export function recordGone(namespace: string): Failure {
  return new Failure(1, [{
    code: "run-record-gone",
    severity: "error",
    message:
      `Somebody deleted ConfigMap "${STATE_NAME}" in namespace "${namespace}", the record of this run, so it stopped`,
    hint: "Run again: existing objects are recognised by their labels and stay as they are",
  }]);
}
