/**
 * Stacks of other people, each value that their files name as a secret replaced by a word that stands nowhere else. What
 * names a secret is found here by plain patterns, apart from what is tested.
 */
import { join } from "node:path";
import type { KubeObject } from "../../lib/kube/object.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";
import { copy } from "../kube/copy.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SHARED = join(ROOT, "../shared");
const FAF = Deno.env.get("FAF_STACK") ?? join(SHARED, "faf-stack");
const PUBLIC = Deno.env.get("PUBLIC_STACKS") ?? join(SHARED, "corpus/public-stacks");

/** A stack in a folder of its own. */
export interface MarkedStack extends AsyncDisposable {
  readonly name: string;
  readonly directory: string;
  readonly files?: readonly string[];
  readonly decisions: string;
  /** The words in the places of its secrets. */
  readonly markers: readonly string[];
}

/** `word`: of letters alone, as weak as a secret can be; `token`: as random as they come. */
export type Strength = "word" | "token";

/** Every stack on this machine by its name and folder. */
export function stacks(): readonly { readonly name: string; readonly source: string }[] {
  return [
    { name: "harbour", source: join(ROOT, "examples/harbour") },
    ...(exists(FAF) ? [{ name: "faf", source: FAF }] : []),
    ...(exists(PUBLIC) ? folders(PUBLIC).flatMap((name) => projects(name, join(PUBLIC, name))) : []),
  ];
}

/** A copy as its owner would have it, with markers in place of its secrets. */
export async function markedStack(
  { name, source }: { readonly name: string; readonly source: string },
  strength: Strength,
): Promise<MarkedStack> {
  const directory = await Deno.makeTempDir({ prefix: "marked-" });
  await copy(source, directory);
  await makeOwn(directory);
  const markers: string[] = [];
  const next = (): string => {
    const marker = markerOf(markers.length, strength);
    markers.push(marker);
    return marker;
  };
  for (const path of textFiles(directory)) {
    const text = await Deno.readTextFile(path);
    const changed = marked(text, next);
    if (changed !== text) await Deno.writeTextFile(path, changed);
  }
  const decisions = name === "faf"
    ? await Deno.readTextFile(join(ROOT, "migrations/faf/decisions.yaml"))
    : name === "harbour"
    ? await Deno.readTextFile(join(directory, "decisions.yaml"))
    : "defaultMigration: applications\n";
  await Deno.writeTextFile(join(directory, "decisions.yaml"), decisions);
  return {
    name,
    directory,
    ...(name === "faf" ? { files: ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"] } : {}),
    decisions,
    markers,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** The objects that it becomes. */
export async function plannedOf(stack: MarkedStack): Promise<readonly KubeObject[]> {
  const { directory, files, decisions } = stack;
  const converted = await planTestStack({
    directory,
    decisions,
    ...(files === undefined ? {} : { files, compatibility: true }),
  });
  return objectsOf(converted.conversion).map(({ object }) => object);
}

const SYLLABLES = ["vel", "kor", "ban", "timo", "luze", "fari", "peng", "wadu"];

/** Never the same twice, and none within another. */
function markerOf(index: number, strength: Strength): string {
  const digits = index.toString(8).padStart(3, "0");
  const word = [...digits].map((digit) => SYLLABLES[Number(digit)]).join("");
  return strength === "word" ? `qu${word}x` : `Zq9!${word}-7Kx`.replace("!", "_");
}

const NAMED =
  /^([ \t]*(?:-[ \t]+)?["']?(?:export\s+)?(?:[\w.-]*(?:PASS|PASSWORD|PASSWD|PASSPHRASE|_PW|PWD|SECRET|TOKEN|API_?KEY|APP_KEY|SECRET_KEY|ENCRYPTION_KEY|AUTHCODE|PASSWORD_HASH|SALT|pass|(?<!ROUTING|PUBLIC)_KEY|KEY_BASE|KEYS|secret)\d?)["']?(?:[ \t]*[=:][ \t]*\[?["']?|[ \t]+"))((?:\$\{\w+:?-)?)([^\s"'#,;{}$[\]()/<>]+)/gim;
const URL_PASSWORD = /((?::\/\/|=)[\w.-]*:)([^\s:/@"'$]+)(?=@[\w.(-])/g;
const FLAG =
  /((?:--(?:[\w-]*password|requirepass|accessAuthCode|token)[= ]|;Password=|PGPASSWORD=')(?:\$\{\w+:?-)?)([^\s"'$;}-][^\s"'$;}]*)/g;
const NO_SECRET = /^(true|false|yes|no|null|none|\d{1,2}|[\w-]+\.[A-Z_]+)$/i;

/** The text with another value for each secret that it names. */
function marked(text: string, next: () => string): string {
  const put = (whole: string, before: string, value: string): string =>
    NO_SECRET.test(value) ? whole : `${before}${next()}`;
  return text
    .replace(
      NAMED,
      (whole: string, before: string, reference: string, value: string) =>
        NO_SECRET.test(value) ? whole : `${before}${reference}${next()}`,
    )
    .replace(URL_PASSWORD, put)
    .replace(
      FLAG,
      (whole: string, before: string, value: string) =>
        /^(qu|Zq9)/.test(value) ? whole : put(whole, before, value),
    );
}

async function makeOwn(directory: string): Promise<void> {
  for (const template of [".env.template", ".env.example", "env.example", "example.env"]) {
    const from = join(directory, template);
    if (exists(from) && !exists(join(directory, ".env"))) await Deno.copyFile(from, join(directory, ".env"));
  }
  if (exists(join(directory, "config.template"))) {
    await copy(join(directory, "config.template"), join(directory, "config"));
  }
}

function textFiles(directory: string): readonly string[] {
  return [...Deno.readDirSync(directory)].sort((left, right) => left.name < right.name ? -1 : 1).flatMap(
    (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory) return textFiles(path);
      const isText = /\.(ya?ml|env|conf|cnf|json|ini|toml|cfg|php|sql|sh)$|^\.env$/.test(entry.name);
      return entry.isFile && isText && Deno.statSync(path).size < 200_000 ? [path] : [];
    },
  );
}

/** One folder may hold several projects, each in a folder of its own. */
function projects(name: string, source: string): { name: string; source: string }[] {
  const isProject = [...Deno.readDirSync(source)].some((entry) => /compose.*\.ya?ml$/.test(entry.name));
  return isProject
    ? [{ name, source }]
    : folders(source).map((inner) => ({ name: `${name}-${inner}`, source: join(source, inner) }));
}

function folders(path: string): readonly string[] {
  return [...Deno.readDirSync(path)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory || Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
