/** The commands of docs/first-move.md, as they would be pasted on the machine of the stack. */
import { join } from "node:path";

const PAGE = join(import.meta.dirname ?? "", "../../../docs/first-move.md");

/** Who asks before it writes, and nobody is there to answer. */
const ASKS = /^deno task (migrate|rollback|rehearse|images)\b(?!.*--dry-run)/;

/** Every line of its blocks of shell, in order. */
export async function guideLines(): Promise<readonly string[]> {
  const text = await Deno.readTextFile(PAGE);
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block = ""]) => block.trimEnd().split("\n"));
}

/** Where things are on the machine that a line is pasted on. */
export interface Places {
  readonly stack: string;
  /** In place of `/`, for files of k3s. */
  readonly root: string;
  /** What `deno` is there. */
  readonly deno: string;
  readonly kubectl: string;
}

/** The file by which open questions are answered. */
export const ANSWERS = "answers.yaml";

/** With what a person would answer at the keyboard: yes, and what the question says happens by default. */
function answered(line: string, root: string): string {
  if (/^deno task decide\b/.test(line)) return `${line} --answers ${root}/${ANSWERS}`;
  return ASKS.test(line) ? `${line} --yes` : line;
}

/** The line with this machine's places, and with the answer to its question. */
export function onMachine(line: string, { stack, root, deno, kubectl }: Places): string {
  return answered(line, root)
    .replace(/^deno task/, `${deno} task --quiet`)
    .replaceAll("/opt/shop", stack)
    .replace(/--to \/$/, `--to ${root}`)
    .replaceAll("k3s kubectl", kubectl)
    .replaceAll("/var/lib/rancher", `${root}/var/lib/rancher`)
    .replaceAll("before.json", `${root}/before.json`);
}
