/** A dollar in a value of `.env` or of an `env_file`: what compose warns of is said, at its key, and nothing of the value. */
import { deepEqual, ok } from "node:assert/strict";
import { load } from "../../compose/mod.ts";

async function warningsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir({ prefix: "dollar-" });
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${directory}/${name}`, text);
    const { diagnostics } = await load({ directory, environment: {} });
    ok(!JSON.stringify(diagnostics).includes("word"), "nothing of a value is shown");
    return diagnostics.map(({ code, message, span }) =>
      `${code} ${/"[^"]+"/.exec(message)?.[0]} ${span?.file}:${span?.line}:${span?.column}`
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const STACK = `services:
  one: { image: "nginx:1.27", env_file: own.env, environment: { P: "\${DB_PASSWORD}" } }
  two: { image: "nginx:1.27", env_file: own.env }
`;

Deno.test("a value of which a part is empty is told once, with its key and place", async () => {
  deepEqual(
    await warningsOf({
      "compose.yaml": STACK,
      ".env": "# first\nDB_PASSWORD=a$word9\n",
      "own.env": 'export TOKEN="a${word}b"\n',
    }),
    ['compose-dollar-in-value "DB_PASSWORD" .env:2:1', 'compose-dollar-in-value "TOKEN" own.env:1:8'],
  );
});

Deno.test("quotes, a doubled dollar, a default, an earlier key and what is no name are nothing to warn of", async () => {
  deepEqual(
    await warningsOf({
      "compose.yaml": STACK,
      ".env": "DB_PASSWORD='a$word9'\nB=$$word\nC=${word:-c}\nD=$B\nE=$1$\n",
      "own.env": "TOKEN=$DB_PASSWORD\n",
    }),
    [],
  );
});
