/** Hosts in texts of several lines, replaced by the names that the cluster has for them, and what is said of it. */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { definesName, mentionsInText } from "./network/host_mentions.ts";
import { replaceHost } from "./replace_host.ts";

/** A text with each host of `hosts` by its name there; `onUse` is told where one was replaced, both from 1. */
export function textWithHosts(
  text: string,
  hosts: ReadonlyMap<string, string>,
  onUse: (host: string, line: number, column: number) => void,
): string {
  const lines = text.split("\n");
  for (const { host, line, column } of mentionsInText(text, hosts)) {
    const before = lines[line - 1] ?? "";
    const after = replaceHost(before, host, hosts.get(host) ?? host, definesName(text, host));
    if (after !== before) onUse(host, line, column);
    lines[line - 1] = after;
  }
  return lines.join("\n");
}

/** Who is given the name in a host's place, such as `service "web"`, and where that is written. */
export interface GivenName {
  readonly whom: string;
  readonly span: Span | undefined;
}

/** One remark for all places of a host. */
export function hostReplaced(
  host: string,
  name: string,
  [first, ...others]: readonly GivenName[],
): Diagnostic {
  const related = others.flatMap(({ whom, span }) =>
    span === undefined ? [] : [{ message: `Also in ${whom}`, span }]
  );
  return {
    code: "kube-host-replaced",
    severity: "info",
    message: `Host "${host}" is no name in the cluster: ${first?.whom} is given "${name}"`,
    ...(first?.span === undefined ? {} : { span: first.span }),
    hint: "Where a program has it from elsewhere, write the new name there",
    ...(related.length === 0 ? {} : { related }),
  };
}
