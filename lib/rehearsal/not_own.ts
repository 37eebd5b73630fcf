/** What is said of what has a rehearsal's name, and is not this rehearsal's. No I/O. */
import { dirname } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** @param what such as `Namespace "shop-rehearsal"` */
export function notOwn(what: string): Diagnostic {
  return {
    code: "run-rehearsal-not-own",
    severity: "error",
    message: `${what} exists and was not created by a rehearsal of this stack: it is not touched`,
    hint: "Rename or remove it if you do not need it; --copies names another folder",
  };
}

/** @param folder of the copy, as its mark says */
export function ofAnotherFolder(what: string, folder: string): Diagnostic {
  return {
    code: "run-rehearsal-not-own",
    severity: "error",
    message: `${what} belongs to a rehearsal whose copy is in "${folder}": it is left alone`,
    hint: `If that has ended, remove it first: rehearse --clean --copies ${shellWord(dirname(folder))}`,
  };
}
