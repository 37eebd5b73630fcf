/** Colour, or none: the caller knows whether anybody sees it. Never the only carrier of a meaning. */

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
}

/** ANSI colours (ECMA-48 SGR) where `colour`, else the text as it is. */
export function styleFor(colour: boolean): Style {
  const paint = (code: number) => (text: string): string => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    bold: paint(1),
    dim: paint(2),
    red: paint(31),
    green: paint(32),
    yellow: paint(33),
    blue: paint(34),
  };
}
