/** What is said of what has a rehearsal's name, and is not this rehearsal's. No I/O. */
import { dirname } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** @param what such as `Namespace "shop-rehearsal"` */
export function notOwn(what: string): Diagnostic {
  return {
    code: "run-rehearsal-not-own",
    severity: "error",
    message: `${what} is there and no rehearsal of this stack made it: it is left alone`,
    hint: "Rename or remove it where it is not needed; --copies names another folder",
  };
}

/** @param folder of the copy, as its mark says */
export function ofAnotherFolder(what: string, folder: string): Diagnostic {
  return {
    code: "run-rehearsal-not-own",
    severity: "error",
    message: `${what} is of a rehearsal whose copy lies in "${folder}": it is left alone`,
    hint: `Where that has ended, take it away first: rehearse --clean --copies ${shellWord(dirname(folder))}`,
  };
}
