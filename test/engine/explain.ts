/** Holds differences against what `check` said beforehand: each is announced at its place, or it is open. */
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { Difference } from "./compare.ts";
import { type Announced, CODES, KEYS } from "./expected.ts";
import type { Keys } from "./keys.ts";

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

/**
 * A finding explains aspects of the services that it names, where it has a place in the stack's files.
 * @param keys what each service uses, for a finding that counts services in place of naming them.
 */
export function explain(
  differences: readonly Difference[],
  findings: readonly Diagnostic[],
  keys: Keys = {},
): Explanation {
  const announcing = findings.flatMap((finding) => {
    const announced = announcedBy(finding);
    return announced === undefined || finding.span === undefined ? [] : [{ finding, announced }];
  });
  const explained: Explained[] = [];
  const open: Difference[] = [];
  // Two findings may announce one difference: that a name is another one, and where it was put in.
  const used = new Set<Diagnostic>();
  for (const difference of differences) {
    const reasons = announcing.filter(({ finding, announced }) =>
      isAbout(finding, difference, keys) && announced.aspects.test(difference.aspect)
    ).map(({ finding }) => finding);
    reasons.forEach((finding) => used.add(finding));
    const [finding] = reasons;
    if (finding === undefined) open.push(difference);
    else explained.push({ difference, finding });
  }
  const idle = announcing
    .filter(({ finding, announced }) => announced.unseen === undefined && !used.has(finding))
    .map(({ finding }) => finding);
  return { explained, open, idle };
}

function announcedBy({ code, message }: Diagnostic): Announced | undefined {
  if (code !== "kube-not-carried") return CODES[code];
  return KEYS[/^"([^"]+)" of /.exec(message)?.[1] ?? ""];
}

/** What is reached as before is to be reached, and what Docker does not publish is not. */
function isAsBefore({ message }: Diagnostic): boolean {
  return / reached as before, by |, as in Docker:/.test(message);
}

/**
 * A finding names the service, or what others call it: who asks for an alias in vain is not its owner. A published port
 * is told of the service that publishes it, and seen from outside.
 */
function isAbout(finding: Diagnostic, { service, aspect }: Difference, keys: Keys): boolean {
  if (service === "(published)") return finding.code === "kube-public-port" && !isAsBefore(finding);
  const counted = /^"([^"]+)" of \d+ services /.exec(finding.message)?.[1];
  if (keys[service]?.some((key) => key.replaceAll(".*", "") === counted)) return true;
  const texts = [finding.message, ...(finding.related ?? []).map(({ message }) => message)];
  const asked = /^(?:name|hosts)\.(.+)$|^port\.(.+)\.\d+\/(?:tcp|udp)$/.exec(aspect);
  // Who publishes a port is met by others: what they publish themselves is no reason.
  const isMet = finding.code === "kube-public-port" && asked !== null;
  const subjects = [isMet ? undefined : service, asked?.[1] ?? asked?.[2]]
    .filter((subject) => subject !== undefined);
  return texts.some((text) => subjects.some((subject) => text.includes(`"${subject}"`)));
}
