/** `explain` for people: what it is, its lines beside what they became, and all the rest with its places. */
import type { Sources } from "../diagnostics/diagnostic.ts";
import { visible, visibleAll, visibleInPlace } from "../diagnostics/visible.ts";
import type { Entry, ExplainedLine, Explanation, Section } from "../views/explanation.ts";
import { renderDiagnostics, where } from "./diagnostic_text.ts";
import { gatherEqual } from "./gather_equal.ts";
import { type Style, styleFor } from "./style.ts";
import { wrap } from "./wrap.ts";

export interface ExplainTextOptions {
  readonly colour: boolean;
  readonly columns: number;
  readonly directory: string;
  readonly sources: Sources;
}

/** One after the other, each ending with a line break. */
export function renderExplanations(
  explanations: readonly Explanation[],
  options: ExplainTextOptions,
): string {
  return explanations.map((each) => renderOne(each, options)).join("\n");
}

function renderOne(explanation: Explanation, options: ExplainTextOptions): string {
  const style = styleFor(options.colour);
  const { kind, name, summary, span, sections } = visibleAll(explanation);
  const place = span === undefined ? "" : style.dim(`  ${where(span, options)}`);
  const blocks = [
    [`${style.bold(name)} ${style.dim(`(${KIND_WORDS[kind]})`)}${place}`, ...wrap(summary, options.columns)],
    ...linesBlocks(explanation.lines ?? [], options, style),
    ...sections.map((section) => sectionLines(section, options, style)),
    ...(explanation.yaml === undefined
      ? []
      : [[style.bold("As it is applied"), ...indented(visible(explanation.yaml).trimEnd())]]),
  ].map((lines) => `${lines.join("\n")}\n`);
  const findings = renderDiagnostics(gatherEqual(explanation.findings), options);
  const said = findings === "" ? [] : [`${style.bold("Findings")}\n${findings}`];
  return [...blocks, ...said].join("\n");
}

const KIND_WORDS: Readonly<Record<Explanation["kind"], string>> = {
  service: "service",
  object: "object",
  migration: "migration",
  decision: "key of decisions.yaml",
  key: "key of compose",
  label: "label of Traefik",
  code: "code of a message",
};

function indented(text: string): string[] {
  return text.split("\n").map((line) => `  ${line}`);
}

/** From here on there is room for two columns. */
const TWO_COLUMNS = 110;
/** The widest that a line of input is beside what it became. */
const WIDEST = 70;

/** A block for each file. */
function linesBlocks(
  lines: readonly ExplainedLine[],
  options: ExplainTextOptions,
  style: Style,
): string[][] {
  const files = [...new Set(lines.map(({ span }) => span.file))];
  return files.map((file) => {
    const here = lines.filter(({ span }) => span.file === file);
    const gutter = String(here.at(-1)?.span.line ?? 0).length;
    const shown = here.map(({ text }) => visibleInPlace(text.replaceAll("\t", "  ")));
    const width = Math.min(WIDEST, Math.max(...shown.map((text) => text.length)));
    return [
      style.bold(visible(file)),
      ...here.flatMap(({ span, becomes }, index) => {
        const text = shown[index] ?? "";
        const head = `  ${style.dim(`${String(span.line).padStart(gutter)} |`)} `;
        const told = visibleAll(becomes).join("; ");
        if (told === "") return [`${head}${text}`.trimEnd()];
        const isWide = options.columns >= TWO_COLUMNS && text.length <= width;
        // The gutter with its bar and blanks, then the line or a step to the right, then the arrow.
        const left = gutter + 5 + (isWide ? width + 2 : 4);
        const [first = "", ...rest] = wrap(told, Math.max(24, options.columns - left - 2));
        const blank = `  ${" ".repeat(gutter)} ${style.dim("|")} `;
        const more = rest.map((line) => `${blank}${" ".repeat(left - gutter - 3)}${line}`);
        return isWide
          ? [`${head}${text.padEnd(width)}  ${style.green("→")} ${first}`, ...more]
          : [`${head}${text}`, `${blank}    ${style.green("↳")} ${first}`, ...more];
      }),
    ];
  });
}

/** Names longer than that have what is said of them on the next line. */
const LONGEST_NAME = 44;

function sectionLines({ title, entries }: Section, options: ExplainTextOptions, style: Style): string[] {
  const names = entries.map(({ name }) => name.length).filter((length) => length <= LONGEST_NAME);
  const width = Math.max(0, ...names);
  return [style.bold(title), ...entries.flatMap((entry) => entryLines(entry, width, options, style))];
}

function entryLines(
  { name, text, span }: Entry,
  width: number,
  options: ExplainTextOptions,
  style: Style,
): string[] {
  const place = span === undefined ? "" : where(span, options);
  if (text === undefined) {
    const [first = "", ...rest] = wrap(name, options.columns - 2);
    const tail = place === "" ? "" : `  ${style.dim(place)}`;
    return [`  ${first}`, ...rest.map((line) => `  ${line}`)].map((line, index, all) =>
      index === all.length - 1 ? `${line}${tail}` : line
    );
  }
  const isLong = name.length > width;
  const room = Math.max(30, options.columns - width - 4);
  const lines = [...wrap(text, room)];
  const last = lines.at(-1) ?? "";
  const fits = last.length + 2 + place.length <= room;
  const shown = place === ""
    ? lines
    : fits
    ? [...lines.slice(0, -1), `${last}  ${style.dim(place)}`]
    : [...lines, style.dim(place)];
  const blank = " ".repeat(width + 4);
  return isLong
    ? [`  ${name}`, ...shown.map((line) => `${blank}${line}`)]
    : shown.map((line, index) => index === 0 ? `  ${name.padEnd(width)}  ${line}` : `${blank}${line}`);
}
