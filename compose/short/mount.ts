/** The short form of a mount: `[SOURCE:]TARGET[:OPTIONS]` (compose-go's `format/volume.go`). */

/** What a short form says. `isBind` where the source is a path. */
export interface ShortMount {
  readonly source?: string;
  readonly target: string;
  readonly isBind: boolean;
  readonly isReadOnly: boolean;
  readonly hasNoCopy: boolean;
  readonly propagation?: string;
  readonly selinux?: string;
}

export type MountProblem = { readonly reason: string; readonly hint: string };

const PROPAGATIONS = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];
/** What Docker Desktop took for its shared folders; compose-go and every engine let them be. */
const CONSISTENCIES = ["cached", "consistent", "delegated"];
const SHAPE_HINT = "write source:target or source:target:options";

/** Reads a short form. */
export function parseMount(spec: string): ShortMount | MountProblem {
  if (spec === "") return { reason: "it is empty", hint: SHAPE_HINT };
  const sections = splitSections(spec);
  if (sections.includes("")) return { reason: "nothing stands between two colons", hint: SHAPE_HINT };
  if (sections.length > 3) return { reason: "it has too many colons", hint: SHAPE_HINT };
  const [first = "", second, options = ""] = sections;
  if (/^\p{L}:/u.test(first) && (second === undefined || !/^(\/|\p{L}:)/u.test(second))) {
    return {
      reason: `the letter before the colon would be read as a Windows drive, and "${
        second ?? first
      }" as the target`,
      hint: "give the volume a name of two letters or more, or use the long form",
    };
  }
  if (second === undefined) return { ...NO_OPTIONS, target: first, isBind: false };
  const read = readOptions(options);
  if ("reason" in read) return read;
  return { ...read, source: first, target: second, isBind: isPath(first) };
}

const NO_OPTIONS = { isReadOnly: false, hasNoCopy: false };

/** Splits at colons, except the one after a drive letter, which is part of the section. */
function splitSections(spec: string): string[] {
  const sections: string[] = [];
  let section = "";
  for (const character of spec) {
    if (character === ":" && !/^\p{L}$/u.test(section)) {
      sections.push(section);
      section = "";
    } else section += character;
  }
  sections.push(section);
  return sections;
}

type Options = Omit<ShortMount, "source" | "target" | "isBind">;

function readOptions(list: string): Options | MountProblem {
  const options: { -readonly [K in keyof Options]: Options[K] } = { ...NO_OPTIONS };
  if (list === "") return options;
  for (const option of list.split(",")) {
    if (option === "ro") options.isReadOnly = true;
    else if (option === "rw") options.isReadOnly = false;
    else if (option === "nocopy") options.hasNoCopy = true;
    else if (option === "z" || option === "Z") options.selinux = option;
    else if (CONSISTENCIES.includes(option)) continue;
    else if (PROPAGATIONS.includes(option)) options.propagation = option;
    else {
      return {
        reason: `"${option}" is not an option, and docker would ignore it`,
        hint: `use ro, rw, nocopy, z, Z or one of ${PROPAGATIONS.join(", ")}`,
      };
    }
  }
  return options;
}

/** A source that starts like a path is a bind mount; anything else names a volume. */
function isPath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith("\\\\") || /^\p{L}:/u.test(source);
}
