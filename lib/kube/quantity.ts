/** Kubernetes' quantities as numbers: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
};

/** Processors or bytes of `500m`, `2Gi` or `1e9`; undefined for what is none. */
export function quantityOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:e(\d+)|([mkMGTP]|[KMGTP]i)?)$/.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = "", exponent, unit = ""] = match;
  return Number(digits) * (exponent === undefined ? UNITS[unit] ?? 1 : 10 ** Number(exponent));
}
