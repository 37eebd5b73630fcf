/** Prints values as Go does, where compose-go turns a number or a time into text. */
import type { Scalar } from "./node.ts";

/** `fmt.Sprint` of a scalar; `<nil>` for null. */
export function goPrint(node: Scalar): string {
  if (node.type === "float") return printFloat(Number(node.value));
  if (node.type === "null") return "<nil>";
  return String(node.value);
}

/** `fmt.Sprint` of a float64: the shortest digits, with an exponent below 1e-4 and from 1e6. */
function printFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  if (value === 0) return "0";
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return expandExponent(value);
  const size = Math.abs(power);
  return `${digits}e${power < 0 ? "-" : "+"}${size < 10 ? `0${size}` : size}`;
}

function expandExponent(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(20).replace(/0+$/, "") : text;
}
