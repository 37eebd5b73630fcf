/** Differences that are known and not yet mended: each kind with what it is. They are counted, and end no run. */
import type { Difference } from "./compare.ts";

/** A kind of difference that is open. */
export interface KnownOpen {
  readonly aspect: RegExp;
  /** What the service sees in each; what it does not see is "". */
  readonly before?: RegExp;
  readonly after?: RegExp;
  readonly what: string;
}

export const KNOWN_OPEN: readonly KnownOpen[] = [
  {
    aspect: /^(mount\..*\.noexec)$/,
    before: /^yes$/,
    after: /^$/,
    what: "Docker starts no program from a file system in memory, and a pod does",
  },
  {
    aspect: /^mount\.[^ ]+: \.$/,
    before: /^d/,
    after: /^dt?rwxrwxrwx 0:0$/,
    what: "a file system in memory is open to all and root's, whatever mode and owner compose says",
  },
  {
    aspect: /^file\.[^ ]+$/,
    before: /^-rw-r--r-- \d+:\d+ /,
    after: /^-r/,
    what: "configs and secrets have no mode of the file on disk",
  },
  {
    aspect: /^file\.[^ ]+\.writable$/,
    before: /^yes$/,
    after: /^no$/,
    what: "compose copies the content of a config into the container, where its program can write to it",
  },
  {
    aspect: /^name\./,
    before: /^unknown$/,
    what:
      "services without a common network, or on the machine's, know each other by name, and names of links are everybody's",
  },
  {
    aspect: /^port\./,
    before: /^$/,
    what: "services without a common network reach each other: no network policies are made",
  },
  {
    aspect: /^groups$/,
    before: /^$/,
    what: "a user with a group of its own gets the further groups that the image has for it, too",
  },
  {
    aspect: /^mount\..*\.propagation$/,
    before: /^master$/,
    after: /^$/,
    what: "what the machine mounts later below a named volume is seen in Docker alone",
  },
  {
    aspect: /^namespace\.uts$/,
    before: /^its own$/,
    after: /^the machine's$/,
    what: "a pod on the machine's network has the machine's host name, not a copy of it",
  },
];

/** Whether a difference is of this kind. */
export function isKnown(kind: KnownOpen, { aspect, before = "", after = "" }: Difference): boolean {
  return kind.aspect.test(aspect) && (kind.before?.test(before) ?? true) && (kind.after?.test(after) ?? true);
}
