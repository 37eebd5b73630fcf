/** How data that lies below Docker's root gets another place, as a page of commands: nothing of it is ever deleted. */
import { plural } from "../diagnostics/plural.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import type { DataBelow, Mounting } from "../views/data_below.ts";
import { line } from "../views/runbook.ts";
import { type Block, blocksToHtml, blocksToMarkdown } from "./blocks.ts";

/** What the page is made of. */
export interface Relocation {
  readonly project: string;
  readonly namespace: string;
  readonly data: readonly RelocatedData[];
  /** What still has a writer in an engine: a copy of it would be torn. */
  readonly inUse: readonly RelocatedData[];
  /** Engines that did not answer, by their endpoints. */
  readonly silent: readonly string[];
  /** Of this program. */
  readonly flags: string;
  /** Of kubectl, for the same cluster. */
  readonly kubectlFlags: string;
}

/** With its new place. */
export interface RelocatedData extends DataBelow {
  /** Its path with links followed: what is copied. */
  readonly real: string;
  /** The same as `real` where a link leads out of Docker's root already. */
  readonly to: string;
  /** Old containers of its services, by name: the way back that ends here. */
  readonly containers: readonly string[];
  /** The commands that remove them, each at the engine that has them. */
  readonly removals: readonly string[];
  /** Containers that run, and may write to it. */
  readonly writers: readonly string[];
}

export function renderRelocationMarkdown(relocation: Relocation): string {
  return blocksToMarkdown(pageOf(visibleAll(relocation)));
}

export function renderRelocationHtml(relocation: Relocation): string {
  const shown = visibleAll(relocation);
  return blocksToHtml(titleOf(shown), pageOf(shown));
}

function titleOf({ project }: Relocation): string {
  return `Data of ${project} that lies below Docker's root`;
}

function pageOf(relocation: Relocation): readonly Block[] {
  const { data, inUse, silent } = relocation;
  const head: Block = { kind: "heading", level: 1, text: titleOf(relocation) };
  const asked = silent.length === 0 ? [] : [paragraph(
    `Not asked, as they do not answer: ${
      silent.join(", ")
    }. Make sure that no container there uses this data.`,
  )];
  if (data.length + inUse.length === 0) {
    return [head, paragraph("None of its volumes is there. Docker can be removed."), ...asked];
  }
  return [
    head,
    ...(data.length === 0 ? [] : [paragraph(
      `${
        plural(data.length, "volume")
      }. Removing Docker, or docker volume prune -a, would delete them. Each is ` +
        "moved separately, as root on the node, while its services are stopped; the old directory stays until you " +
        "delete it. After that no service of it can go back to Docker with what was written since.",
    )]),
    ...asked,
    ...data.flatMap((one) => volumeBlocks(one, relocation)),
    ...inUseBlocks(inUse),
  ];
}

function inUseBlocks(inUse: readonly RelocatedData[]): readonly Block[] {
  if (inUse.length === 0) return [];
  return [
    { kind: "heading", level: 2, text: "Not yet: a container has it" },
    paragraph("Move these services to the cluster where they are, and ask again:"),
    {
      kind: "list",
      items: inUse.map(({ key, path, services, writers }) => [
        { code: key },
        ` of ${services.join(", ")}, in `,
        { code: path },
        `: ${writers.join(", ")}`,
      ]),
    },
  ];
}

function volumeBlocks(data: RelocatedData, { namespace, flags, kubectlFlags }: Relocation): readonly Block[] {
  const { path, real, to, key, volume, claim, services, workloads, removals } = data;
  const isCopied = real !== to;
  const kubectl = ["kubectl", kubectlFlags].filter((word) => word !== "").join(" ");
  const inNamespace = `${kubectl} -n ${namespace}`;
  return [
    { kind: "heading", level: 2, text: `${key} of ${services.join(", ")}` },
    ...(isCopied
      ? [
        paragraph("Check the free disk space. Add the new place to decisions.yaml:"),
        commands([`df -h ${shellWord(existingAbove(to))}`, `du -sh ${shellWord(real)}`]),
      ]
      : [
        paragraph(
          `${path} is a link, and the data is not below Docker's root: nothing is copied. Add its own place to decisions.yaml:`,
        ),
      ]),
    {
      kind: "commands",
      language: "yaml",
      lines: ["storage:", `  ${yamlWord(key)}: { path: ${yamlWord(to)} }`],
    },
    paragraph(`From here on these services are down: ${services.join(", ")}:`),
    commands([
      ...workloads.map((one) => stopLine(one, inNamespace)),
      ...workloads.map(({ labels }) =>
        `${inNamespace} wait --for=delete pod -l ${selector(labels)} --timeout=10m`
      ),
    ]),
    ...(isCopied
      ? [
        paragraph("Copy, and compare both: nothing is printed if they are the same."),
        commands(copyLines(real, to)),
      ]
      : []),
    paragraph(
      "Recreate the volume at the new place. Its old objects hold no data: the volume is Retain, and its directory stays.",
    ),
    commands([
      `${inNamespace} delete pvc/${claim}`,
      `${kubectl} delete pv/${volume}`,
      line("migrate", flags),
      ...workloads.filter(isScaled).map((one) => scaleLine(one, inNamespace, one.replicas)),
      line("status", flags),
    ]),
    ...(removals.length === 0 ? [] : [
      paragraph(
        "When the service runs again, remove the old container, which would start on the old directory:",
      ),
      commands(removals),
    ]),
    paragraph(
      isCopied
        ? "To go back, as long as nothing was written: remove the line from decisions.yaml, and do the same again " +
          `without the copy. The old directory stays at ${path}.`
        : "To go back: remove the line from decisions.yaml, and do the same again.",
    ),
  ];
}

/** Of the kinds that a stack becomes: the others have no scale, and kubectl refuses to give them one. */
function isScaled({ kind }: Mounting): boolean {
  return kind === "deployment" || kind === "statefulset";
}

/** What has no scale is deleted with its pods, and `migrate` makes it again. */
function stopLine(one: Mounting, kubectl: string): string {
  return isScaled(one)
    ? scaleLine(one, kubectl, 0)
    : `${kubectl} delete ${one.kind}/${one.name} --ignore-not-found --cascade=foreground`;
}

function scaleLine({ kind, name }: Mounting, kubectl: string, replicas: number): string {
  return `${kubectl} scale ${kind}/${name} --replicas=${replicas}`;
}

/** None of them writes over what is there; each is to be done where the one before it has succeeded. */
export function copyLines(from: string, to: string): readonly string[] {
  const [old, now, parent] = [
    shellWord(from),
    shellWord(to),
    shellWord(to.replace(/\/[^/]+\/*$/, "") || "/"),
  ];
  const listed = (directory: string): string =>
    `(cd ${directory} && find . -printf '%p %y %m %U:%G %s %l\\n' | sed 's/^\\(.* d .*\\) [0-9]* $/\\1/' | sort)`;
  return [
    `test ! -e ${now}`,
    `mkdir -p ${parent}`,
    `cp -a --reflink=auto ${old} ${now}`,
    "sync",
    `diff -r --no-dereference ${old} ${now}`,
    `bash -c ${shellWord(`diff <${listed(old)} <${listed(now)}`)}`,
  ];
}

/** `/srv` of `/srv/shop/db`: the folder that is most likely there. */
function existingAbove(path: string): string {
  return path.split("/").slice(0, 2).join("/") || "/";
}

function selector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(",");
}

function paragraph(text: string): Block {
  return { kind: "paragraph", words: [text] };
}

/** To be pasted at once: a line is done only where the one before it has succeeded. */
function commands(lines: readonly string[]): Block {
  return { kind: "commands", lines: lines.map((one, at) => at < lines.length - 1 ? `${one} &&` : one) };
}
