/** Which values a chart's templates read: followed through `with`, `range`, variables, `index` and named templates. */
import { type Action, type Operand, type Pipeline, templateActions } from "./template_text.ts";

/** Stands for any key or item in a path. */
export const ANY = "*";

/** What a set of templates reads. */
export interface ValueReads {
  /** Paths below `.Values`; a whole one is printed or handed on with all that is below it. */
  readonly paths: readonly { readonly path: readonly string[]; readonly whole: boolean }[];
  /** Whether some template takes `.Values` itself, so that what it reads of them cannot be told. */
  readonly takesAll: boolean;
}

/** Where a value may come from: paths from the root of a template's data; none where it is not known. */
type Meaning = readonly (readonly string[])[];
/** A value that is only tested is read, but not what is below it. */
type Use = "value" | "test";

interface Block {
  readonly dot: Meaning;
  /** Of the block around, which `else` brings back. */
  readonly outer: Meaning;
}

/** Reads the texts of all templates of a chart, and those among its values. */
export function valueReads(templates: Iterable<string>): ValueReads {
  const found = new Map<string, { path: readonly string[]; whole: boolean }>();
  let takesAll = false;
  const record = (path: readonly string[], use: Use): void => {
    const [first, ...below] = path;
    if (first !== "Values") return;
    if (below.length === 0) {
      if (use === "value") takesAll = true;
      return;
    }
    const key = JSON.stringify(below);
    found.set(key, { path: below, whole: use === "value" || (found.get(key)?.whole ?? false) });
  };
  for (const text of templates) new TemplateReader(record).read(templateActions(text));
  return { paths: [...found.values()], takesAll };
}

const ROOT: Meaning = [[]];
const UNKNOWN: Meaning = [];

/** Functions whose answer says something about a value and does not hold it. */
const TESTS: ReadonlySet<string> = new Set(
  ("not eq ne lt le gt ge empty len kindIs kindOf typeIs typeOf hasPrefix hasSuffix contains semverCompare " +
    "fail regexMatch has").split(" "),
);
/** Functions that answer with one of their arguments. */
const CHOICES: ReadonlySet<string> = new Set(
  "default coalesce required and or ternary deepCopy mustDeepCopy tpl trim quote toString".split(" "),
);

/** Walks one template's actions with its blocks and variables. */
class TemplateReader {
  readonly #record: (path: readonly string[], use: Use) => void;
  readonly #variables = new Map<string, Meaning>([["$", ROOT]]);
  readonly #blocks: Block[] = [];
  #dot: Meaning = ROOT;

  constructor(record: (path: readonly string[], use: Use) => void) {
    this.#record = record;
  }

  read(actions: readonly Action[]): void {
    for (const action of actions) this.#action(action);
  }

  #action(action: Action): void {
    const { keyword, pipeline } = action;
    switch (keyword) {
      case "end":
        this.#dot = this.#blocks.pop()?.outer ?? ROOT;
        return;
      case "else":
        this.#dot = this.#blocks.at(-1)?.outer ?? this.#dot;
        return;
      case "define":
      case "block":
        this.#enter(UNKNOWN);
        return;
      case "template":
        this.#use(pipeline, "value");
        return;
      case "if":
      case "with":
      case "range":
        this.#open(keyword, action);
        return;
      case "else if":
      case "else with":
        this.#dot = this.#blocks.at(-1)?.outer ?? this.#dot;
        this.#blocks.pop();
        this.#open(keyword.slice("else ".length), action);
        return;
      default:
        if (action.variables.length > 0) this.#assign(action, this.#meaning(pipeline));
        else this.#use(pipeline, "value");
    }
  }

  #open(keyword: string, action: Action): void {
    const meaning = this.#use(action.pipeline, "test");
    if (keyword === "if") {
      this.#assign(action, meaning);
      this.#enter(this.#dot);
      return;
    }
    const inside = keyword === "range" ? meaning.map((path) => [...path, ANY]) : meaning;
    const [first, second] = action.variables;
    const named = keyword === "range" ? second ?? first : first;
    if (named !== undefined) this.#variables.set(named, inside);
    this.#enter(inside);
  }

  #enter(dot: Meaning): void {
    this.#blocks.push({ dot, outer: this.#dot });
    this.#dot = dot;
  }

  #assign({ variables, declares }: Action, meaning: Meaning): void {
    for (const name of variables) {
      this.#variables.set(name, declares ? meaning : [...this.#variables.get(name) ?? [], ...meaning]);
    }
  }

  /** Records what the pipeline's answer reads, and gives where it comes from. */
  #use(pipeline: Pipeline, use: Use): Meaning {
    const meaning = this.#meaning(pipeline, use);
    for (const path of meaning) this.#record(path, use);
    return meaning;
  }

  #meaning(pipeline: Pipeline, use: Use = "value"): Meaning {
    let piped: Meaning | undefined;
    for (const [index, command] of pipeline.entries()) {
      piped = this.#command(command, piped, index === pipeline.length - 1 ? use : "value");
    }
    return piped ?? UNKNOWN;
  }

  #command(command: readonly Operand[], piped: Meaning | undefined, use: Use): Meaning {
    const [first, ...rest] = command;
    if (first === undefined) return UNKNOWN;
    if (first.kind !== "word") {
      // What `template "name"` hands on.
      for (const path of rest.flatMap((operand) => this.#operand(operand, "value"))) {
        this.#record(path, "value");
      }
      return this.#operand(first, use);
    }
    const name = first.word;
    const last = piped === undefined ? [] : [piped];
    if (name === "index" || name === "get") return this.#within(rest, last);
    if (name === "dig") return this.#dug(rest, last);
    if (name === "hasKey") {
      for (const path of this.#within(rest, last)) this.#record(path, "test");
      return UNKNOWN;
    }
    if (CHOICES.has(name)) {
      return [...rest.map((operand) => this.#operand(operand, use)), ...last].flat();
    }
    const argumentUse: Use = TESTS.has(name) ? "test" : "value";
    const given = [...rest.map((operand) => this.#operand(operand, argumentUse)), ...last];
    for (const path of given.flat()) this.#record(path, argumentUse);
    return UNKNOWN;
  }

  #operand(operand: Operand, use: Use): Meaning {
    if (operand.kind === "chain") {
      return chained(
        operand.base === "." ? this.#dot : this.#variables.get(operand.base) ?? UNKNOWN,
        operand.fields,
      );
    }
    if (operand.kind === "group") return chained(this.#meaning(operand.pipeline, use), operand.fields);
    return UNKNOWN;
  }

  /** `index MAP "a" "b"`: further keys that are no texts stand for any key. */
  #within([map, ...keys]: readonly Operand[], piped: readonly Meaning[]): Meaning {
    const base = map === undefined ? UNKNOWN : this.#operand(map, "value");
    const path = keys.map((key) => key.kind === "text" ? key.text : ANY);
    for (const key of keys) for (const read of this.#operand(key, "value")) this.#record(read, "value");
    return chained(base, [...path, ...piped.map(() => ANY)]);
  }

  /** `dig "a" "b" OTHERWISE MAP`; the map may be piped. */
  #dug(operands: readonly Operand[], piped: readonly Meaning[]): Meaning {
    const [map] = piped.length > 0 ? piped : operands.slice(-1).map((last) => this.#operand(last, "value"));
    const keys = operands.slice(0, piped.length > 0 ? -1 : -2);
    return chained(map ?? UNKNOWN, keys.map((key) => key.kind === "text" ? key.text : ANY));
  }
}

/** Fields behind a base. Whatever hands the root on as (`$root`, `.context`), its values are behind `Values`. */
function chained(base: Meaning, fields: readonly string[]): Meaning {
  const values = fields.indexOf("Values");
  if (values >= 0) return [fields.slice(values)];
  return base.filter((path) => path.length > 0 || fields.length === 0).map((path) => [...path, ...fields]);
}
