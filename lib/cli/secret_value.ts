/** Where a new value comes from: a file, standard input, a hidden prompt, or chance. Never the command line. */
import { resolve } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import { readRegular } from "../files/regular_file.ts";
import { readAll } from "./input.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** Longer values are files, not passwords. */
const MOST_BYTES = 64 * 1024;
const LENGTH = 32;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALPHABET = `${LETTERS}0123456789`;

/**
 * `--from-file`, else standard input, else a prompt that shows nothing, asked twice. One line end at the end is no
 * part of the value.
 * @throws Failure (2) where there is no value, or one that cannot be a secret
 */
export async function readValue(
  name: string,
  options: CommandOptions,
  { input, directory }: Surroundings,
): Promise<string> {
  const file = options["fromFile"];
  if (typeof file === "string") return checked(await readFile(resolve(directory, file), file));
  if (!input.isTerminal) return checked(await input.read(MOST_BYTES));
  const first = input.hidden(`New value of ${name} (not shown): `);
  const second = first === undefined ? undefined : input.hidden("Once more: ");
  if (first === undefined || second === undefined) throw refused("Nothing was entered");
  if (first !== second) throw refused("The two entries differ");
  return checked(new TextEncoder().encode(first));
}

/** Whether the value would have to be typed. */
export function needsPrompt(options: CommandOptions, { input }: Surroundings): boolean {
  return typeof options["fromFile"] !== "string" && input.isTerminal;
}

/** 32 letters and digits, the first a letter: they mean themselves wherever a secret may stand. */
export function randomValue(random: Surroundings["random"]): string {
  let value = "";
  while (value.length < LENGTH) {
    for (const byte of random(LENGTH)) {
      const alphabet = value === "" ? LETTERS : ALPHABET;
      // Bytes beyond the last whole multiple would make the first letters more likely.
      const isFair = byte < 256 - 256 % alphabet.length;
      if (isFair && value.length < LENGTH) value += alphabet[byte % alphabet.length] ?? "";
    }
  }
  return value;
}

/** The name alone; anything more may be a value, which is refused without repeating it. */
export function onlyName(args: readonly string[]): string {
  const [name = "", second] = args;
  const bare = name.replace(/=.*$/s, "");
  if (name !== "" && !name.startsWith("-") && second === undefined && bare === name) return name;
  const flag = name === bare ? [name, second].find((arg) => /^--?[a-z][a-z-]*$/.test(arg ?? "")) : undefined;
  const isNameless = name === "" || flag === name;
  if (isNameless || flag !== undefined) {
    throw argument(
      flag === undefined ? "The name of the secret is missing" : `There is no flag "${flag}" here`,
      "See: deno task secrets set --help",
    );
  }
  throw argument(
    "A value on the command line is refused: everybody on the machine sees it in the list of processes, and it stays in the shell's history",
    `Pass it on standard input or with --from-file, such as: deno task secrets set ${
      shellWord(bare)
    } < new.txt. ` +
      "Do not use the value that you typed",
  );
}

function argument(message: string, hint: string): Failure {
  return new Failure(ExitCode.usage, [{ code: "cli-secret-argument", severity: "error", message, hint }]);
}

async function readFile(path: string, name: string): Promise<Uint8Array> {
  try {
    if (!await isOpenPipe(path)) return await readRegular(path, MOST_BYTES);
    using pipe = await Deno.open(path, { read: true });
    return await readAll(pipe, MOST_BYTES);
  } catch (error) {
    throw refused(`Cannot read "${name}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A pipe of this process, such as of a shell's <(...): somebody writes to it, unlike to a FIFO on disk. */
async function isOpenPipe(path: string): Promise<boolean> {
  const { isFifo } = await Deno.stat(path);
  return isFifo === true && /^\/(?:dev|proc\/(?:self|\d+))\/fd\/\d+$|^\/dev\/stdin$/.test(path);
}

function checked(bytes: Uint8Array): string {
  if (bytes.length > MOST_BYTES) throw refused(`The value is longer than ${MOST_BYTES} bytes`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused("The value is not valid UTF-8");
  }
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw refused("The value is empty");
  if (/[\n\r]/.test(value)) throw refused("The value goes over several lines");
  if (value.includes("\0")) throw refused("The value holds a NUL");
  if (/\p{Cc}|[\u2028\u2029]/u.test(value)) throw refused("The value holds a control character");
  return value;
}

function refused(message: string): Failure {
  return new Failure(ExitCode.usage, [{
    code: "cli-secret-value",
    severity: "error",
    message,
    hint: "Pass one line of text on standard input or with --from-file; a trailing line end is removed",
  }]);
}
