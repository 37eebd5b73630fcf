import assert from "node:assert/strict";
import { ApiError, ConnectionError, diagnoseAccess } from "../../lib/cluster/api_error.ts";
import { createTransport } from "../../lib/cluster/connection.ts";
import { type ApiRequest, Transport } from "../../lib/cluster/transport.ts";

type Answer = (attempt: number, request: Request) => Response;

/** A real HTTP server on loopback that answers as told; the transport under test talks to it. */
async function against(
  answer: Answer,
  work: (transport: Transport, seen: Request[]) => Promise<void>,
  monotonic = (): number => performance.now(),
): Promise<void> {
  const seen: Request[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => undefined }, (request) => {
    seen.push(request);
    return answer(seen.length, request);
  });
  const address = `http://127.0.0.1:${server.addr.port}`;
  const { transport: http } = createTransport(address, {});
  let token = 1;
  const transport = new Transport({
    context: "test",
    server: address,
    transport: http,
    trustsOthers: false,
    authorize: (renew) => Promise.resolve({ authorization: `Bearer ${renew ? ++token : token}` }),
    close: () => undefined,
  }, { monotonic, random: () => 0 });
  try {
    await work(transport, seen);
  } finally {
    http.close();
    await server.shutdown();
  }
}

function status(
  code: number,
  reason: string,
  message: string,
  headers: Record<string, string> = {},
): Response {
  const body = { kind: "Status", status: "Failure", reason, message, code };
  return Response.json(body, { status: code, headers });
}

/** A refusal whose connection ends in the middle of what it says. */
function brokenOff(): Response {
  const body = new ReadableStream({
    start(controller): void {
      controller.enqueue(new TextEncoder().encode('{"kind":"Status","reason":"NotF'));
    },
    pull(controller): void {
      controller.error(new Error("reset"));
    },
  });
  return new Response(body, { status: 404, headers: { "content-type": "application/json" } });
}

/** Whatever comes. */
const asIs = (body: unknown): unknown => body;

const GET: ApiRequest = { method: "GET", path: "/x" };
const POST: ApiRequest = { method: "POST", path: "/x", body: {} };

Deno.test("Transport repeats what is safe to repeat, and nothing else", async () => {
  const cases = [
    { name: "429", first: () => status(429, "TooManyRequests", "slow down"), request: POST, sent: 2 },
    { name: "503, read", first: () => status(503, "ServiceUnavailable", "down"), request: GET, sent: 2 },
    {
      name: "504, apply",
      first: () => status(504, "Timeout", "late"),
      request: { ...POST, method: "PATCH" },
      sent: 2,
    },
    { name: "503, create", first: () => status(503, "ServiceUnavailable", "down"), request: POST, sent: 1 },
    {
      name: "503, review",
      first: () => status(503, "", "down"),
      request: { ...POST, repeatable: true },
      sent: 2,
    },
    {
      name: "500 of etcd",
      first: () => status(500, "InternalError", "etcdserver: request timed out"),
      request: GET,
      sent: 2,
    },
    {
      name: "500 for an unknown field",
      first: () =>
        status(500, "", "failed to create typed patch object: .spec.replicaz: field not declared in schema"),
      request: { ...POST, method: "PATCH" },
      sent: 1,
    },
    { name: "404", first: () => status(404, "NotFound", "gone"), request: GET, sent: 1 },
    { name: "409", first: () => status(409, "Conflict", "modified"), request: GET, sent: 1 },
    { name: "422", first: () => status(422, "Invalid", "wrong"), request: GET, sent: 1 },
    { name: "404 that breaks off", first: brokenOff, request: GET, sent: 2 },
    { name: "broken JSON", first: () => new Response('{"a":'), request: GET, sent: 2 },
  ] as const;
  for (const { name, first, request, sent } of cases) {
    await against(
      (attempt) => attempt === 1 ? first() : Response.json({ ok: true }),
      async (transport, seen) => {
        const result = await transport.json(request, asIs).catch((error: unknown) => error);
        assert.equal(seen.length, sent, name);
        if (sent === 2) assert.deepEqual(result, { ok: true }, name);
        else assert.ok(result instanceof ApiError, name);
      },
    );
  }
});

Deno.test("Transport waits as long as Retry-After says", async () => {
  await against(
    (attempt) => attempt === 1 ? status(429, "", "", { "retry-after": "1" }) : Response.json({}),
    async (transport) => {
      const start = performance.now();
      await transport.json(GET, asIs);
      assert.ok(performance.now() - start >= 990);
    },
  );
});

Deno.test("Transport does not wait beyond its patience, however long Retry-After is", async () => {
  let clock = 0;
  await against(
    (attempt) => {
      if (attempt === 1) return Response.json({});
      clock += 59_950;
      return attempt === 2 ? status(503, "", "", { "retry-after": "3600" }) : Response.json({ ok: true });
    },
    async (transport, seen) => {
      await transport.json(GET, asIs);
      assert.deepEqual(await transport.json(GET, asIs), { ok: true });
      assert.equal(seen.length, 3);
    },
    () => clock,
  );
});

Deno.test("Transport renews a login that is refused once, and only once", async () => {
  const isOld = (request: Request): boolean => request.headers.get("authorization") === "Bearer 1";
  await against(
    (_, request) => isOld(request) ? status(401, "Unauthorized", "") : Response.json({}),
    async (transport) => {
      assert.deepEqual(await transport.json(GET, asIs), {});
    },
  );
  await against(() => status(401, "Unauthorized", "Unauthorized"), async (transport, seen) => {
    await assert.rejects(
      transport.json(GET, asIs),
      (error) => diagnoseAccess(error, "s")?.code === "cluster-unauthorized",
    );
    assert.equal(seen.length, 2);
  });
});

Deno.test("Transport counts writes, not questions", async () => {
  await against(() => Response.json({}), async (transport) => {
    await transport.json(GET, asIs);
    await transport.json({ ...POST, query: { dryRun: "All" } }, asIs);
    await transport.json({ ...POST, path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" }, asIs);
    assert.deepEqual([transport.requests, transport.writes], [3, 0]);
    await transport.json(POST, asIs);
    assert.deepEqual([transport.requests, transport.writes], [4, 1]);
  });
});

Deno.test("Transport asks the guard before each sending, also before a repeated one", async () => {
  await against(
    (attempt) => attempt === 1 ? status(503, "", "") : Response.json({}),
    async (transport, seen) => {
      let asked = 0;
      const guard = (): Promise<void> => {
        asked++;
        return asked === 2 ? Promise.reject(new Error("the lock is lost")) : Promise.resolve();
      };
      await assert.rejects(transport.json({ ...GET, guard }, asIs), /the lock is lost/);
      assert.deepEqual([asked, seen.length], [2, 1]);
    },
  );
});

Deno.test("Transport gives up soon on a server that never answered, and says so", async () => {
  const { transport: http } = createTransport("http://127.0.0.1:1", {});
  const transport = new Transport({
    context: "test",
    server: "http://127.0.0.1:1",
    transport: http,
    trustsOthers: false,
    authorize: () => Promise.resolve({}),
    close: () => undefined,
  }, { monotonic: () => performance.now(), random: () => 0 });
  await assert.rejects(transport.json(GET, asIs), (error) => {
    assert.ok(error instanceof ConnectionError);
    const diagnostic = diagnoseAccess(error, "http://127.0.0.1:1");
    assert.equal(diagnostic?.code, "cluster-unreachable");
    assert.match(diagnostic?.message ?? "", /Cannot reach the API server http:\/\/127.0.0.1:1/);
    return true;
  });
  // Tried twice: a server that had answered before would be waited for.
  assert.equal(transport.requests, 2);
  http.close();
});
