/** Colour, or none: the caller knows whether anybody sees it. Never the only carrier of a meaning. */
import { styleText } from "node:util";

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
  const paint = (format: keyof Style) => (text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    red: paint("red"),
    green: paint("green"),
    yellow: paint("yellow"),
    blue: paint("blue"),
  };
}
