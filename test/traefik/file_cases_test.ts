import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { fileCases } from "./file_cases.ts";
import type { Json } from "./docker_oracle.ts";
import { isIsolated } from "./namespace.ts";
import { normalizedConfiguration, providerConfiguration } from "./routing_json.ts";
import { projectOf } from "./stack_fixture.ts";
import { startTraefik } from "./traefik_process.ts";

const environment = { PREFIX: "abc", LIST: "x,y" };

Deno.test({
  name: "readRouting() decodes dynamic files as Traefik's file provider does",
  ignore: !isIsolated(),
  fn: async (t) => {
    for (const { why, text, refused } of fileCases) {
      await t.step(why, async () => {
        const expected = await askFileProvider(text);
        const routing = readRouting({
          project: projectOf(new Map()),
          exposedPorts: () => [],
          files: { dynamic: [{ file: "dynamic.yml", text }] },
          environment,
        });
        strictEqual(expected === undefined, refused !== undefined, "whether Traefik refuses the file");
        if (refused !== undefined) {
          const found = routing.findings.find(({ code }) => code === refused);
          ok(found?.span !== undefined && found.hint !== undefined, JSON.stringify(routing.findings));
        } else {
          deepStrictEqual(routing.findings, []);
        }
        deepStrictEqual(
          sorted(providerConfiguration(routing, "file")),
          sorted(withoutTlsDefaults(expected ?? {})),
        );
      });
    }
  },
});

/** What Traefik makes of the file; undefined where it refuses it. */
async function askFileProvider(text: string): Promise<Json | undefined> {
  const directory = await Deno.makeTempDir({ prefix: "file" });
  await Deno.writeTextFile(`${directory}/dynamic.yml`, text);
  try {
    await using traefik = await startTraefik({
      arguments: [
        `--providers.file.filename=${directory}/dynamic.yml`,
        "--providers.file.watch=true",
        "--entrypoints.web.address=127.0.0.1:10080",
      ],
      apiPort: 10090,
      environment,
      providers: ["internal"],
    });
    const hasFailed = (): boolean =>
      traefik.log.some(({ message }) => message.startsWith("Error while building configuration"));
    const deadline = Date.now() + 60_000;
    while (!hasFailed() && traefik.configuration("file") === undefined && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return hasFailed() ? undefined : normalizedConfiguration(traefik.configuration("file") ?? {});
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Cipher suites and ALPN that Traefik fills in, on both sides of the move. */
function withoutTlsDefaults(configuration: Json): Json {
  const tls = configuration["tls"] as { options?: Record<string, Json> } | undefined;
  for (const options of Object.values(tls?.options ?? {})) {
    if ((options["cipherSuites"] as string[]).length > 5) delete options["cipherSuites"];
    if ((options["alpnProtocols"] as string[]).length > 2) delete options["alpnProtocols"];
  }
  return configuration;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sorted(inner)]),
  );
}
