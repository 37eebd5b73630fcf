/** Which version of Traefik an image is, as far as its tag says. */

/** The names of the lines of Traefik before version 3, which its images have as tags (traefik-library-image). */
const LINES: Readonly<Record<string, string>> = {
  camembert: "1",
  morbier: "1",
  raclette: "1",
  roquefort: "1",
  cancoillotte: "1",
  tetedemoine: "1",
  maroilles: "1",
  montdor: "2.0",
  cantal: "2.1",
  chevrotin: "2.2",
  picodon: "2.3",
  livarot: "2.4",
  brie: "2.5",
  rocamadour: "2.6",
  epoisses: "2.7",
  vacherin: "2.8",
  banon: "2.9",
  saintmarcelin: "2.10",
  mimolette: "2.11",
};

/**
 * Such as `2.7.1` or `3`; undefined where the tag does not say, as with `latest`. By the tag alone: a port of the registry
 * and a digest have numbers behind a colon, too.
 */
export function imageVersion(image: string): string | undefined {
  const [, tag = ""] = /:(?:v(?=\d))?([^/:]+)$/.exec(image.replace(/@.*$/, "")) ?? [];
  const [, line = ""] = /^([a-z]+)/.exec(tag) ?? [];
  return Object.hasOwn(LINES, line) ? LINES[line] : /^\d+(?:\.\d+)*/.exec(tag)?.[0];
}
