/** Requests to real servers on loopback. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { makeCertificate } from "../../traefik/certificate.ts";
import { askPort, askRoute, type Patience } from "../../../lib/run/verify/ask.ts";
import type { RouteQuestion } from "../../../lib/run/verify/questions.ts";
import type { Answer } from "../../../lib/run/verify/answer.ts";

const QUESTION: RouteQuestion = {
  ...{ kind: "route", isSecure: false, entryPoint: "web", publicPort: 80 },
  ...{ host: "a.test", path: "/" },
};
const { signal } = new AbortController();

/** Asks a server that answers so. */
async function asked(
  handler: (request: Request) => Response,
  path = "/",
  patience?: Patience,
): Promise<Answer> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    const question = { ...QUESTION, path };
    return await askRoute(question, { hostname: "127.0.0.1", port: server.addr.port }, signal, patience);
  } finally {
    await server.shutdown();
  }
}

Deno.test("askRoute() asks by the route's host and path, and sends no credentials", async () => {
  let seen = new Headers();
  const answer = await asked(({ headers, url }) => {
    seen = headers;
    return new Response(new URL(url).pathname, { headers: { "content-type": "text/plain" } });
  }, "/api");
  assert.equal(seen.get("host"), "a.test");
  assert.equal(seen.get("authorization"), null);
  assert.equal(answer.status, 200);
  assert.equal(answer.contentType, "text/plain");
  // sha256 of "/api"
  assert.match(answer.digest ?? "", /^[0-9a-f]{64}$/);
  assert.equal(answer.digest, (await asked(() => new Response("/api"))).digest);
  assert.notEqual(answer.digest, (await asked(() => new Response("/other"))).digest);
});

Deno.test("askRoute() has no digest of a body that changes", async () => {
  let count = 0;
  assert.equal((await asked(() => new Response(`${count++}`))).digest, undefined);
});

Deno.test("askRoute() shows a redirection without what may be secret in it, and does not follow it", async () => {
  const location = "https://login.test/start?token=geheim#part";
  const answer = await asked(() => new Response(null, { status: 302, headers: { location } }));
  assert.equal(answer.status, 302);
  assert.equal(answer.location, "https://login.test/start");
  assert.doesNotMatch(JSON.stringify(answer), /geheim/);
});

Deno.test("askRoute() shows a redirection without user and password", async () => {
  const to = async (location: string): Promise<string | undefined> =>
    (await asked(() => new Response(null, { status: 302, headers: { location } }))).location;
  assert.equal(await to("https://user:geheim@h.test/reset/a"), "https://h.test/reset/a");
  assert.equal(await to("//us@er:geheim@h.test/"), "//h.test/");
  assert.equal(await to("https://h.test/@name"), "https://h.test/@name");
  assert.equal(await to("/@name/a@b"), "/@name/a@b");
});

Deno.test("askRoute() asks for paths of any letters, and leaves what is escaped", async () => {
  const paths: string[] = [];
  const handler = ({ url }: Request): Response => {
    paths.push(url.replace(/^http:\/\/[^/]*/, ""));
    return new Response("");
  };
  for (const path of ["/a b", "/ä", "/a%20b", "/100%", "/a?b#c"]) {
    assert.equal((await asked(handler, path)).status, 200, path);
  }
  assert.deepEqual([...new Set(paths)], ["/a%20b", "/%C3%A4", "/100%25", "/a%3Fb%23c"]);
});

/** A body that goes on until nobody reads it any more. */
function endless(interval: number, part: string): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start(controller): void {
      timer = setInterval(() => controller.enqueue(new TextEncoder().encode(part)), interval);
    },
    cancel: () => clearInterval(timer),
  });
}

Deno.test("askRoute() waits for no end of a body that has none", async () => {
  const headers = { "content-type": "text/event-stream" };
  const answer = await asked(() => new Response(endless(20, "data: x\n\n"), { headers }), "/", {
    milliseconds: 300,
    bytes: 1_000_000,
  });
  assert.deepEqual(answer, { status: 200, contentType: "text/event-stream", isUnended: true });
});

Deno.test("askRoute() reads the beginning of a long body, always as much", async () => {
  const patience = { milliseconds: 60_000, bytes: 10 };
  const answer = await asked(() => new Response(endless(1, "abc")), "/", patience);
  assert.equal(answer.isUnended, true);
  assert.equal(answer.digest, (await asked(() => new Response("abcabcabca"))).digest);
  assert.equal((await asked(() => new Response("abcabcabca"), "/", patience)).isUnended, undefined);
});

Deno.test("askRoute() and askPort() wait for nobody who says nothing, and not when they are told to end", async () => {
  // It takes connections, and then there is no more room: it never accepts one.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const place = { hostname: "127.0.0.1", port: listener.addr.port };
  const question = QUESTION;
  const short = { milliseconds: 200, bytes: 10 };
  assert.match(
    (await askRoute(question, place, signal, short)).silence ?? "",
    /^no answer within 0.2 seconds$/,
  );
  const silences: (string | undefined)[] = [];
  // Closed ones keep their place, as nobody takes them: on Linux a queue of connections is 4096 at the most.
  while (silences.at(-1) === undefined && silences.length < 5000) {
    silences.push((await askPort(place, signal, short)).silence);
  }
  assert.match(silences.at(-1) ?? "", /^no answer within 0.2 seconds$/);
  const ended = AbortSignal.abort(new Error("ended"));
  await assert.rejects(askRoute(question, place, ended), /ended/);
  await assert.rejects(askPort(place, ended), /ended/);
  const between = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    setTimeout(() => between.abort(new Error("ended")), 50);
    return new Response(endless(20, "x"));
  });
  const streams = { hostname: "127.0.0.1", port: server.addr.port };
  await assert.rejects(askRoute(question, streams, between.signal), /ended/);
  await server.shutdown();
  listener.close();
});

Deno.test("askRoute() takes what Traefik says of itself for silence", async () => {
  const none = () => new Response("404 page not found\n", { status: 404 });
  assert.equal((await asked(none)).silence, "no route");
  assert.match((await asked(() => new Response("Bad Gateway", { status: 502 }))).silence ?? "", /^502/);
  assert.equal((await asked(() => new Response("not here", { status: 404 }))).status, 404);
});

Deno.test("askRoute() and askPort() say why nobody answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const place = { hostname: "127.0.0.1", port: listener.addr.port };
  assert.deepEqual(await askPort(place, signal), {});
  listener.close();
  assert.match((await askPort(place, signal)).silence ?? "", /refused/i);
  const question = QUESTION;
  assert.match((await askRoute(question, place, signal)).silence ?? "", /refused/i);
});

Deno.test({
  name: "askRoute() tells by its name which certificate a host has, whoever made it",
  ignore: !await Deno.stat("/usr/bin/openssl").then(() => true, () => false),
  fn: async () => {
    const directory = await Deno.makeTempDir();
    await makeCertificate(directory, ["a.test"]);
    const [cert, key] = await Promise.all(
      ["certificate.pem", "key.pem"].map((name) => Deno.readTextFile(join(directory, name))),
    );
    await Deno.remove(directory, { recursive: true });
    const options = { hostname: "127.0.0.1", port: 0, cert: cert ?? "", key: key ?? "", onListen: () => {} };
    const server = Deno.serve(options, () => new Response("secure"));
    const question: RouteQuestion = { ...QUESTION, isSecure: true, entryPoint: "websecure", publicPort: 443 };
    const answer = await askRoute(question, { hostname: "127.0.0.1", port: server.addr.port }, signal);
    await server.shutdown();
    assert.equal(answer.status, 200, answer.silence ?? "another status");
    const known = new X509Certificate(cert ?? "").fingerprint256.replaceAll(":", "").toLowerCase();
    assert.equal(answer.certificate?.fingerprint, known);
    assert.equal(answer.certificate?.subject, "routing");
  },
});
