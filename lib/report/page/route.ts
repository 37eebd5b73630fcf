/// <reference lib="dom" />
/** What is shown, as it stands in the address: `#/services/web?object=deployment%2Fweb`. */

export interface Route {
  /** `services`; empty for the first page. */
  readonly view: string;
  /** What of it: a service. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...rest] = path.split("/");
  return { view, name: decode(rest.join("/")), parameters: new Map(new URLSearchParams(query)) };
}

/** @param parameters those without a value are left out */
export function href(view: string, name = "", parameters: Readonly<Record<string, string>> = {}): string {
  const path = name === "" ? view : `${view}/${encodeURIComponent(name)}`;
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""))
    .toString();
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

/** An address that somebody broke is shown as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
