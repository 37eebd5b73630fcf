/** Who is trusted as a proxy by an address of Docker's networks, or by its name: in a cluster nobody calls from there. */
import type { Path, Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { type Context, isSkipped } from "../stack/context.ts";
import { servicesByDnsName } from "../stack/network/dns_names.ts";
import { fixedAddresses } from "../stack/network/docker_names.ts";
import { textLines } from "../stack/network/text_lines.ts";
import { type FileText, fileTexts } from "../stack/texts/file_texts.ts";

/** `TRUSTED_PROXIES`, `forwardedHeaders.trustedIPs`, `--forwarded-allow-ips`, `set_real_ip_from`, `RemoteIPInternalProxy`. */
const TRUST =
  /trust\w*[-_. ]?(?:prox\w*|ips?\b)|prox\w*[-_. ]?trusted|known[-_. ]?prox\w*|forwarded[-_. ]?allow[-_. ]?ips|set_real_ip_from|remoteip(?:internal|trusted)proxy\w*/i;
/** One address of those from which Docker gives networks theirs; whole ranges are another finding. */
const ADDRESS = /(?<![\w.])172\.(?:1[7-9]|2\d|3[01])\.\d{1,3}\.\d{1,3}(?![\w./])/;

interface Trusted {
  /** `"environment.TRUSTED_PROXIES" of service "app"`. */
  readonly where: string;
  readonly text: string;
  readonly span: Span | undefined;
}

/**
 * One warning for all places. A caller's address is that of its pod, which nobody knows beforehand; a name leads to the
 * address of a Service, from which nothing calls.
 */
export function checkTrustedCallers(context: Context): void {
  const services = Object.values(context.project.services).filter(({ name }) =>
    !isSkipped(context.decisions, name)
  );
  const [first, ...others] = [
    ...services.flatMap((service) => inSettings(context, service)),
    ...inFiles(context, services),
  ];
  if (first === undefined) return;
  context.report({
    code: "kube-docker-range",
    severity: "warning",
    message: `"${first.text}" in ${first.where} is trusted as a proxy, and no pod calls from ${
      /^[\d.]+$/.test(first.text) ? "that address" : "the address of that name"
    }`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: "Write the cluster's pods beside it, which is 10.42.0.0/16 in k3s",
    related: others.flatMap(({ text, where, span }) =>
      span === undefined ? [] : [{ message: `"${text}" in ${where}`, span }]
    ),
  });
}

function inSettings(context: Context, service: Service): Trusted[] {
  const { environment, command, entrypoint, name } = service;
  const words = (["entrypoint", "command"] as const).flatMap((key) => {
    const list = { entrypoint, command }[key] ?? [];
    return list.map((word, index) => ({ path: [key, index], key: `${list[index - 1] ?? ""} ${word}`, word }));
  });
  const settings: readonly { readonly path: Path; readonly key: string; readonly word: string }[] = [
    ...Object.entries(environment ?? {}).map(([key, value]) => ({
      path: ["environment", key],
      key,
      word: value ?? "",
    })),
    ...words,
  ];
  return settings.flatMap(({ path, key, word }): Trusted[] => {
    const text = TRUST.test(key) ? trustedIn(context, word) : undefined;
    const where = `"${path.join(".")}" of service "${name}"`;
    const span = context.project.span(["services", name, ...path]);
    return text === undefined ? [] : [{ where, text, span }];
  });
}

/** Each file once, with the first service that has it. */
function inFiles(context: Context, services: readonly Service[]): Trusted[] {
  const { project, bindSources } = context;
  const files = new Map<string, { readonly file: FileText; readonly service: string }>();
  for (const { name, ...service } of services) {
    for (const file of fileTexts(project, { name, ...service }, bindSources)) {
      if (!files.has(file.path)) files.set(file.path, { file, service: name });
    }
  }
  return [...files.values()].flatMap(({ file, service }) =>
    inText(context, file).map(({ text, span }) => ({
      where: `"${file.name}" of service "${service}"`,
      text,
      span,
    }))
  );
}

/** An item of a list, below the key that opens it. */
const ITEM = /^\s*(?:-\s|["'\d])/;

function inText(context: Context, { text, spanAt }: FileText): Pick<Trusted, "text" | "span">[] {
  let isOpen = false;
  for (const { text: line, line: number, offset } of textLines(text)) {
    if (/^\s*(#|;|\/\/|$)/.test(line)) continue;
    const key = TRUST.exec(line);
    const isItem = key === null && isOpen && ITEM.test(line);
    if (key !== null) isOpen = /[:=[(]\s*$/.test(line);
    else if (!isItem) isOpen = false;
    const value = key === null ? line : line.slice(key.index + key[0].length);
    const found = key === null && !isItem ? undefined : trustedIn(context, value);
    if (found !== undefined) return [{ text: found, span: spanAt(number, offset + 1) }];
  }
  return [];
}

/** The first address or name of the stack's among the words of a value; fixed addresses are another finding. */
function trustedIn({ project }: Context, value: string): string | undefined {
  const names = servicesByDnsName(project);
  const addresses = fixedAddresses(project);
  return value.split(/[\s,;="'[\]()]+/).find((word) =>
    (ADDRESS.test(word) || names.has(word)) && !addresses.has(word)
  );
}
