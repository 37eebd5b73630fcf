/** A terminal's screen as a picture: SVG, in the colours of whoever looks at it. */

/** Text in one look. */
interface Run {
  readonly text: string;
  /** Of `CLASSES`. */
  readonly classes: readonly string[];
}

/** ECMA-48 SGR, as lib/report/style.ts and tmux write it: what turns a look on. */
const ON: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "34": "blue",
};

/** And what turns it off. */
const OFF: Readonly<Record<string, readonly string[]>> = {
  "0": Object.values(ON),
  "": Object.values(ON),
  "22": ["bold", "dim"],
  "39": ["red", "green", "yellow", "blue"],
  // The ground, which is never anything else.
  "49": [],
};

const STYLE = `
text { font: 14px ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace; white-space: pre; fill: #1b2430 }
rect { fill: #f6f8fa; stroke: #d5dbe2 }
.bold { font-weight: 700 } .dim { fill: #55606e }
.red { fill: #a3161f } .green { fill: #14632f } .yellow { fill: #7a4a00 } .blue { fill: #0b4f94 }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e9ef } rect { fill: #12161c; stroke: #38424e }
  .dim { fill: #a3afbd }
  .red { fill: #ff9a9a } .green { fill: #7fd69a } .yellow { fill: #f0c268 } .blue { fill: #93c2fa }
}`;

/** Pixels. */
const CELL = { width: 8.43, height: 19 } as const;
const MARGIN = 12;

/** @param screen lines with SGR; @param columns how wide the terminal is */
export function ansiSvg(screen: string, columns: number): string {
  const lines = screen.trimEnd().split("\n");
  const width = Math.ceil(columns * CELL.width) + 2 * MARGIN;
  const height = lines.length * CELL.height + 2 * MARGIN;
  let classes: readonly string[] = [];
  const texts = lines.map((line, index) => {
    const y = MARGIN + index * CELL.height + 14;
    const runs = runsOf(line, classes);
    classes = runs.at(-1)?.classes ?? classes;
    let column = 0;
    return runs.filter(({ text }) => text !== "").map(({ text, classes }) => {
      const x = (MARGIN + column * CELL.width).toFixed(1);
      column += text.length;
      if (text.trim() === "") return "";
      const look = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
      const length = (text.length * CELL.width).toFixed(1);
      return `<text x="${x}" y="${y}" textLength="${length}"${look}>${escaped(text)}</text>`;
    }).join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>${STYLE}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.filter((text) => text !== "").join("\n")}
</svg>
`;
}

/** The last one has the look that the next line begins with. */
function runsOf(line: string, before: readonly string[]): readonly Run[] {
  let classes = before;
  // deno-lint-ignore no-control-regex
  return line.split(/\x1b\[([\d;]*)m/).map((part, index) => {
    if (index % 2 === 0) return { text: part, classes };
    classes = part.split(";").reduce(turned, classes);
    return { text: "", classes };
  });
}

function turned(classes: readonly string[], code: string): readonly string[] {
  const off = OFF[code];
  if (off !== undefined) return classes.filter((one) => !off.includes(one));
  const on = ON[code];
  if (on === undefined) throw new Error(`A terminal was told SGR ${code}, which this program does not write`);
  return classes.includes(on) ? classes : [...classes, on];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
