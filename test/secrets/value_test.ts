import assert from "node:assert/strict";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";
import { onlyName, randomValue, readValue } from "../../lib/cli/secret_value.ts";
import type { CommandOptions } from "../../lib/cli/command.ts";
import type { Surroundings } from "../../lib/cli/surroundings.ts";

const OPTIONS = { output: "text", color: false } as const satisfies CommandOptions;

function surroundings(input: Partial<Surroundings["input"]>): Surroundings {
  return {
    environment: {},
    directory: "/",
    home: "/",
    user: "tester",
    now: () => new Date(0),
    signal: new AbortController().signal,
    embedded: () => Promise.reject(new Error("not needed")),
    terminal: () => {
      throw new Error("not needed");
    },
    random: (bytes) => new Uint8Array(bytes),
    input: {
      isTerminal: false,
      read: () => Promise.reject(new Error("not to be read")),
      hidden: () => undefined,
      ...input,
    },
  };
}

function fromInput(text: string | Uint8Array): Promise<string> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return readValue("a.B", OPTIONS, surroundings({ read: () => Promise.resolve(bytes) }));
}

Deno.test("readValue() leaves one line end out, and keeps all else", async () => {
  assert.equal(await fromInput("new\n"), "new");
  assert.equal(await fromInput("new\r\n"), "new");
  assert.equal(await fromInput(" new 'x' $y "), " new 'x' $y ");
});

const REFUSED: readonly [string, string | Uint8Array, RegExp][] = [
  ["nothing", "", /is empty/],
  ["only a line end", "\n", /is empty/],
  ["two line ends", "secret-word\n\n", /several lines/],
  ["two lines", "secret-word\nb\n", /several lines/],
  ["a NUL", "secret-word\0", /NUL/],
  ["a control character", "secret-word\x1b", /control character/],
  ["no UTF-8", Uint8Array.of(0xff, 0xfe), /UTF-8/],
  ["too much", "x".repeat(65 * 1024), /longer than/],
];

for (const [name, text, message] of REFUSED) {
  Deno.test(`readValue() refuses ${name}, and does not repeat it`, async () => {
    await assert.rejects(fromInput(text), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, message);
      assert.ok(!JSON.stringify(error.diagnostics).includes("secret-word"));
      return true;
    });
  });
}

Deno.test("readValue() asks twice on a terminal", async () => {
  const answers = (...all: string[]): Surroundings =>
    surroundings({ isTerminal: true, hidden: () => all.shift() });
  assert.equal(await readValue("a.B", OPTIONS, answers("x y", "x y")), "x y");
  await assert.rejects(readValue("a.B", OPTIONS, answers("x", "y")), /differ/);
  await assert.rejects(readValue("a.B", OPTIONS, answers()), /Nothing was entered/);
});

Deno.test("randomValue() is 32 letters and digits, each as likely as the others", () => {
  const counts = new Map<string, number>();
  for (let turn = 0; turn < 2000; turn++) {
    const value = randomValue((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
    assert.match(value, /^[A-Za-z][A-Za-z0-9]{31}$/);
    for (const letter of value.slice(1)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  assert.equal(counts.size, 62);
  // 1,000 of each expected, with a standard deviation of 31.
  for (const [letter, count] of counts) assert.ok(Math.abs(count - 1000) < 200, `${letter}: ${count}`);
});

const ARGUMENTS: readonly [string, readonly string[], RegExp][] = [
  ["a bare value", ["a.B", "hunter2"], /value on the command line is refused/],
  ["an assignment", ["a.B=hunter2"], /value on the command line is refused/],
  ["a flag with a value", ["a.B", "--value=hunter2"], /value on the command line is refused/],
  ["a slip of a flag", ["a.B", "--fromfile", "hunter2"], /no flag "--fromfile"/],
  ["no name", [], /name of the secret is missing/],
];

for (const [name, args, message] of ARGUMENTS) {
  Deno.test(`onlyName() refuses ${name}, and does not repeat it`, () => {
    assert.throws(() => onlyName(args), (error) => {
      assert.ok(error instanceof Failure && error.exitCode === 2);
      assert.match(error.message, message);
      assert.ok(!JSON.stringify(error.diagnostics).includes("hunter2"));
      return true;
    });
  });
}

Deno.test("onlyName() takes a name, also of a part of a file", () => {
  for (const name of ["a.B", "config/x.yml", "config/x.yml after user:"]) {
    assert.equal(onlyName([name]), name);
  }
});
