/** Holds differences against what `check` said beforehand: each is announced at its place, or it is open. */
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { Difference } from "./compare.ts";
import { type Announced, CODES, KEYS } from "./expected.ts";

/** A difference with the finding that announced it. */
export interface Explained {
  readonly difference: Difference;
  readonly finding: Diagnostic;
}

export interface Explanation {
  readonly explained: readonly Explained[];
  /** Nobody said that these would differ. */
  readonly open: readonly Difference[];
  /** Findings that announced a difference which is not there. */
  readonly idle: readonly Diagnostic[];
}

/** A finding explains aspects of the services that it names, where it has a place in the stack's files. */
export function explain(differences: readonly Difference[], findings: readonly Diagnostic[]): Explanation {
  const announcing = findings.flatMap((finding) => {
    const announced = announcedBy(finding);
    return announced === undefined || finding.span === undefined ? [] : [{ finding, announced }];
  });
  const explained: Explained[] = [];
  const open: Difference[] = [];
  for (const difference of differences) {
    const reason = announcing.find(({ finding, announced }) =>
      names(finding, difference.service) && announced.aspects.test(difference.aspect)
    );
    if (reason === undefined) open.push(difference);
    else explained.push({ difference, finding: reason.finding });
  }
  const used = new Set(explained.map(({ finding }) => finding));
  const idle = announcing
    .filter(({ finding, announced }) => announced.unseen === undefined && !used.has(finding))
    .map(({ finding }) => finding);
  return { explained, open, idle };
}

function announcedBy({ code, message }: Diagnostic): Announced | undefined {
  if (code !== "kube-not-carried") return CODES[code];
  return KEYS[/^"([^"]+)" of /.exec(message)?.[1] ?? ""];
}

/** A published port is told of the service that publishes it, and seen from outside. */
function names(finding: Diagnostic, service: string): boolean {
  if (service === "(published)") return finding.code === "kube-public-port";
  const texts = [finding.message, ...(finding.related ?? []).map(({ message }) => message)];
  return texts.some((text) => text.includes(`"${service}"`));
}
