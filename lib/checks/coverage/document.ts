/** docs/coverage.md: the table of keys as a page. */
import { COVERAGE, type Treatment } from "./table.ts";

const SECTIONS: readonly (readonly [string, string])[] = [
  ["service", "Services"],
  ["volume", "Volumes"],
  ["network", "Networks"],
  ["config", "Configs"],
  ["secret", "Secrets"],
];

const HEAD = `# What becomes of every compose key

Generated from \`lib/checks/coverage/table.ts\`; \`deno task goldens\` writes it again. A test
holds that every key of the compose specification which the loader knows stands here, and that every key is used by a
case in \`test/golden\`. Of a key that a process can see, the last column names the stacks of \`test/engine/cases\` in
which a Docker Engine and a node show the same (docs/fidelity.md).

- **carried**: the objects say the same.
- **replaced**: something named takes its place.
- **reported**: it is not carried, and a finding with its place says so wherever it is used.
- **read**: the loader has worked it in; nothing is left to carry.
`;

/**
 * The whole page.
 *
 * @param casesOf the cases of \`test/golden\` that use the key.
 * @param stacksOf the stacks of \`test/engine/cases\` that use it.
 */
export function coverageDocument(
  casesOf: (key: string) => readonly string[],
  stacksOf: (key: string) => readonly string[],
): string {
  const sections = SECTIONS.map(([section, title]) => {
    const rows = Object.entries(COVERAGE).filter(([key]) => key.startsWith(`${section}.`)).map((
      [key, coverage],
    ) =>
      `| \`${key.slice(section.length + 1)}\` | ${coverage.treatment} | ${coverage.what} | ${
        casesOf(key).join(", ")
      } | ${stacksOf(key).join(", ")} |`
    );
    return `\n## ${title}\n\n| key | | into what, or why not | shown by | seen in |\n|---|---|---|---|---|\n${
      rows.join("\n")
    }\n`;
  });
  const counts = countsOf();
  const summary = Object.entries(counts).map(([treatment, count]) => `${count} ${treatment}`).join(", ");
  return `${HEAD}\n${Object.keys(COVERAGE).length} keys: ${summary}.\n${sections.join("")}`;
}

function countsOf(): Record<Treatment, number> {
  const counts: Record<Treatment, number> = { carried: 0, replaced: 0, reported: 0, read: 0 };
  for (const { treatment } of Object.values(COVERAGE)) counts[treatment]++;
  return counts;
}
