/** Whatever goes wrong while it is worked and tidied up, both are said. */
import assert from "node:assert/strict";
import { tidied } from "../../lib/cli/tidied.ts";
import { type Diagnostic, Failure } from "../../lib/diagnostics/diagnostic.ts";

const diagnostic = (message: string): Diagnostic => ({
  code: "run-rehearsal-remains",
  severity: "error",
  message,
});
const failure = (message: string): Failure => new Failure(1, [diagnostic(message)]);

/** What is said before, and what it ends with. */
async function ends(work: () => Promise<string>, tidy: () => Promise<void>): Promise<readonly unknown[]> {
  const said: unknown[] = [];
  const textOf = (error: unknown): unknown =>
    error instanceof Failure ? error.diagnostics.map(({ message }) => message) : error;
  const end = await tidied(work, tidy, (left) => said.push(textOf(left))).catch(textOf);
  return [...said, end];
}

const fails = (error: unknown) => () => Promise.reject(error);

Deno.test("work that is done is what it ends with, unless something is left", async () => {
  const done = () => Promise.resolve("done");
  assert.deepEqual(await ends(done, () => Promise.resolve()), ["done"]);
  assert.deepEqual(await ends(done, fails(failure("left"))), [["left"]]);
});

Deno.test("what went wrong first comes first, and what is left is never unsaid", async () => {
  const bug = new TypeError("a bug");
  assert.deepEqual(await ends(fails(failure("first")), fails(failure("left"))), [["first", "left"]]);
  assert.deepEqual(await ends(fails(bug), fails(failure("left"))), [["left"], bug]);
  const later = new TypeError("later");
  assert.deepEqual(await ends(fails(failure("first")), fails(later)), [
    "Tidying up failed, too: later",
    ["first"],
  ]);
  assert.deepEqual(await ends(fails(bug), () => Promise.resolve()), [bug]);
});
