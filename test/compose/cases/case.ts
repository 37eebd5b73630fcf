/** The form of a case: small files, and with what they are loaded. What comes out is in the golden files. */

/** A case. Its golden holds the model, or the problems with their places. */
export interface Case {
  readonly name: string;
  /** Texts by relative path; `compose.yaml` is what is loaded unless `load` says otherwise. */
  readonly files: Readonly<Record<string, string>>;
  readonly load?: readonly string[];
  readonly envFiles?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly projectName?: string;
  /** Why compose-go's answer differs on purpose: the heading in docs/strictness.md. */
  readonly differs?: string;
}

type More = Omit<Case, "name" | "files"> & { readonly files?: Readonly<Record<string, string>> };

/** A case of one file. */
export function file(name: string, text: string, more: More = {}): Case {
  return { ...more, name, files: { "compose.yaml": text, ...more.files } };
}

/** A case of one service with an image; `body` holds its other keys. */
export function service(name: string, body: string, more: More = {}): Case {
  const indented = body.split("\n").map((line) => line === "" ? line : `    ${line}`).join("\n");
  return file(name, `services:\n  a:\n    image: x\n${indented}\n`, more);
}

/** Cases of one service each: a name and a body. */
export function services(bodies: Readonly<Record<string, string>>, more: More = {}): Case[] {
  return Object.entries(bodies).map(([name, body]) => service(name, body, more));
}

/** Cases of one file each: a name and a text. */
export function texts(files: Readonly<Record<string, string>>, more: More = {}): Case[] {
  return Object.entries(files).map(([name, text]) => file(name, text, more));
}

/** A case with two files that are merged. */
export function merged(name: string, base: string, over: string, more: More = {}): Case {
  return {
    ...more,
    name,
    files: { "compose.yaml": base, "over.yaml": over, ...more.files },
    load: ["compose.yaml", "over.yaml"],
  };
}

/** Cases of one service in two files: a name, the keys in the first file and those in the second. */
export function mergedServices(
  bodies: Readonly<Record<string, readonly [string, string]>>,
  more: More = {},
): Case[] {
  const wrap = (body: string): string =>
    `services:\n  a:\n    image: x\n${body.split("\n").map((line) => `    ${line}`).join("\n")}\n`;
  return Object.entries(bodies).map(([name, [base, over]]) => merged(name, wrap(base), wrap(over), more));
}
