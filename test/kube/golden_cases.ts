/** The folders of golden cases. */

export interface GoldenCase {
  readonly name: string;
  readonly directory: string;
}

export function goldenCases(): GoldenCase[] {
  const root = new URL("../golden", import.meta.url).pathname;
  return [...Deno.readDirSync(root)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => ({ name, directory: `${root}/${name}` }))
    .sort((left, right) => left.name < right.name ? -1 : 1);
}
