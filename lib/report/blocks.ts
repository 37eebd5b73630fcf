/** A page of words, lists, tables and commands, as Markdown and as HTML. Pure. */

/** Words; `code` is what is typed or named. */
export type Inline = string | { readonly code: string };

export type Block =
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: "paragraph"; readonly words: readonly Inline[] }
  /** To be ticked off. */
  | { readonly kind: "checks"; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Inline[])[] }
  /** To be pasted. */
  | { readonly kind: "commands"; readonly lines: readonly string[]; readonly language?: "yaml" }
  | {
    readonly kind: "table";
    readonly heads: readonly string[];
    readonly rows: readonly (readonly (readonly Inline[])[])[];
  };

export function blocksToMarkdown(blocks: readonly Block[]): string {
  return `${blocks.map(markdownOf).join("\n\n")}\n`;
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${markdownText(block.text)}`;
    case "paragraph":
      return markdownWords(block.words);
    case "checks":
      return block.items.map((words) => `- [ ] ${markdownWords(words)}`).join("\n");
    case "list":
      return block.items.map((words) => `- ${markdownWords(words)}`).join("\n");
    case "commands":
      return `${fence(block.lines)}${block.language ?? "sh"}\n${block.lines.join("\n")}\n${
        fence(block.lines)
      }`;
    case "table": {
      const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
      const cell = (words: readonly Inline[]): string => markdownWords(words).replaceAll("|", "\\|");
      return [
        row(block.heads),
        row(block.heads.map(() => "---")),
        ...block.rows.map((cells) => row(cells.map(cell))),
      ].join("\n");
    }
  }
}

/** Longer than what is in it. */
function fence(lines: readonly string[]): string {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length),
  );
  return "`".repeat(longest + 1);
}

function markdownWords(words: readonly Inline[]): string {
  return words.map((word) => typeof word === "string" ? markdownText(word) : markdownCode(word.code)).join(
    "",
  );
}

function markdownText(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]]/g, "\\$&").replaceAll("\n", " ");
}

function markdownCode(code: string): string {
  const ticks = fence([code]).slice(2);
  const pad = code.includes("`") ? " " : "";
  return `${ticks}${pad}${code.replaceAll("\n", " ")}${pad}${ticks}`;
}

/** A page by itself that asks nobody for anything, and is printed as it is seen. */
export function blocksToHtml(title: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
${blocks.map(htmlOf).join("\n")}
</body>
</html>
`;
}

const STYLE =
  `body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h2 { border-top: 2px solid; padding-top: 0.5rem; break-after: avoid; }
pre { background: #f1f1f1; padding: 0.75rem; overflow-x: auto; white-space: pre-wrap; break-inside: avoid; }
table { border-collapse: collapse; }
th, td { border: 1px solid #777; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
.checks { list-style: none; padding-left: 0; }`;

function htmlOf(block: Block): string {
  const items = (list: readonly (readonly Inline[])[], before = ""): string =>
    list.map((words) => `<li>${before}${htmlWords(words)}</li>`).join("\n");
  switch (block.kind) {
    case "heading":
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`;
    case "paragraph":
      return `<p>${htmlWords(block.words)}</p>`;
    case "checks":
      return `<ul class="checks">\n${items(block.items, "☐ ")}\n</ul>`;
    case "list":
      return `<ul>\n${items(block.items)}\n</ul>`;
    case "commands":
      return `<pre><code>${escaped(block.lines.join("\n"))}</code></pre>`;
    case "table": {
      const row = (tag: string, cells: readonly string[]): string =>
        `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
      return [
        "<table>",
        row("th", block.heads.map(escaped)),
        ...block.rows.map((cells) => row("td", cells.map(htmlWords))),
        "</table>",
      ].join("\n");
    }
  }
}

function htmlWords(words: readonly Inline[]): string {
  return words.map((word) => typeof word === "string" ? escaped(word) : `<code>${escaped(word.code)}</code>`)
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
