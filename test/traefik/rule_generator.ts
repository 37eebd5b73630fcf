/** Rules of Traefik 2, made by chance from a seed, and requests that such rules take or just do not take. */
import type { RawRequest } from "./raw_request.ts";

type Random = () => number;

const hosts = ["a.example", "b.example", "sub.a.example", "A.Example", "x-1.example", "localhost"];
const hostTemplates = [
  "{any:.*}",
  "{sub:[a-z]+}.example",
  "{sub:[A-Z]+}.example",
  "{sub}.a.example",
  "{a:a|b}.example",
  "x-{n:[0-9]+}.example",
  "{all:.+}.example",
  "a.example",
  "{one}.{two}",
  "{first:[a-z]{1,3}}.example",
];
const paths = ["/", "/a", "/a/", "/api", "/api/v1", "/a b", "/a.b", "/A"];
const pathTemplates = [
  "/a/{id}",
  "/a/{id:[0-9]+}",
  "/{version:v[0-9]+}/x",
  "/{any:.*}",
  "/a/{one}/{two}",
  "/{file}.html",
  "/(x)",
  "/a+b",
  "/{a:x|y}z",
];
const headers = [["X-Kind", "one"], ["X-Kind", "two"], ["x-other", "1"]] as const;
const headerPatterns = [["X-Kind", "^o"], ["X-Kind", "[ot]"], ["X-Other", "^[0-9]+$"]] as const;
const queries = ["q=1", "q=2", "r=x", "q=", "q={v:[0-9]+}", "r={any}", "q=a.b", "q"];
const addresses = ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "::1"];
const methods = ["GET", "POST", "put", "HEAD"];

/** A rule in the syntax of Traefik 2. Some are refused by Traefik: that has to be the same after the rewrite. */
export function randomRule(random: Random, depth = 2): string {
  const choice = random();
  if (depth === 0 || choice < 0.45) return matcher(random);
  if (choice < 0.55) return `!${group(random, depth)}`;
  const left = random() < 0.5 ? group(random, depth) : randomRule(random, depth - 1);
  const right = random() < 0.5 ? group(random, depth) : randomRule(random, depth - 1);
  return `${left} ${choice < 0.78 ? "&&" : "||"} ${right}`;
}

function group(random: Random, depth: number): string {
  return `(${randomRule(random, depth - 1)})`;
}

function matcher(random: Random): string {
  const kinds: readonly (() => string)[] = [
    () => call("Host", some(random, hosts)),
    () => call("HostHeader", some(random, hosts)),
    () => call("HostRegexp", some(random, hostTemplates)),
    () => call("Path", some(random, [...paths, ...pathTemplates])),
    () => call("PathPrefix", some(random, [...paths, ...pathTemplates])),
    () => call("pathprefix", some(random, paths)),
    () => call("Method", some(random, methods)),
    () => call("Headers", pick(random, headers)),
    () => call("HeadersRegexp", pick(random, headerPatterns)),
    () => call("Query", some(random, queries)),
    () => call("ClientIP", some(random, addresses)),
    () =>
      call(pick(random, ["Host", "Nothing", "Path", "Header"]), [pick(random, ["a.example", "no-slash"])]),
  ];
  return pick(random, kinds)();
}

function call(name: string, values: readonly string[]): string {
  return `${name}(${values.map((value) => `\`${value}\``).join(", ")})`;
}

/** One to three of them. */
function some(random: Random, items: readonly string[]): string[] {
  return Array.from({ length: 1 + Math.floor(random() * random() * 3) }, () => pick(random, items));
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

const requestHosts = [
  ...hosts,
  "c.example",
  "xa.example",
  "x-12.example",
  "abc.example",
  "abcd.example",
  "a.b.example",
  "a.example:80",
];
const requestPaths = [
  "/",
  "/a",
  "/a/",
  "/a/7",
  "/a/7/8",
  "/a/x",
  "/api",
  "/api/v1/x",
  "/apix",
  "/v1/x",
  "/v/x",
  "/a%20b",
  "/a.b",
  "/aXb",
  "/A",
  "/index.html",
  "/(x)",
  "/a+b",
  "/xz",
  "/yz/more",
];
const requestQueries = ["", "?q=1", "?q=2&r=x", "?q=", "?q", "?r=y", "?q=a.b", "?q=aXb", "?Q=1", "?q=12"];

/** A request for a rule of a case; the case's number is in a header, so that rules do not meet each other. */
export function randomRequest(random: Random, number: number): Omit<RawRequest, "entryPoint"> {
  const kind = pick(random, ["", "one", "two", "o", "three"]);
  const other = pick(random, ["", "1", "12", "x"]);
  return {
    tls: false,
    host: pick(random, requestHosts),
    method: pick(random, ["GET", "GET", "POST", "PUT", "HEAD"]),
    target: pick(random, requestPaths) + pick(random, requestQueries),
    headers: {
      "X-Case": String(number),
      ...(kind === "" ? {} : { "X-Kind": kind }),
      ...(other === "" ? {} : { "X-Other": other }),
    },
  };
}
