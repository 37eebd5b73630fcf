/** The corpus of secrets and their neighbours: every secret is found where it stands, and hardly a neighbour is taken. */
import assert from "node:assert/strict";
import { secretsInFile } from "../../lib/secrecy/file.ts";
import type { SecretSpan } from "../../lib/secrecy/span.ts";
import { secretsInList, secretsInText, secretsInVariable } from "../../lib/secrecy/text.ts";
import { CORPUS } from "./corpus/corpus.ts";
import type { Sample } from "./corpus/sample.ts";

/** What is marked in a sample's texts, and the texts without the marks. */
interface Looked {
  readonly text: string;
  readonly marked: readonly boolean[];
  readonly found: readonly boolean[];
}

Deno.test("every secret of the corpus is found, all of it and nothing beside it", () => {
  const wrong = CORPUS.map(({ place, secret }) => ({ place, all: look(secret) })).filter(({ all }) =>
    all.some(({ marked, found }) => marked.some((isMarked, index) => isMarked !== (found[index] ?? false)))
  );
  const shown = wrong.map(({ place, all }) => `${place}: ${all.map(show).join(" ").slice(-200)}`);
  assert.ok(CORPUS.length >= 250, `${CORPUS.length} cases`);
  assert.deepEqual(shown, []);
});

Deno.test("at most one in twenty of the neighbours is taken for a secret", () => {
  const taken = CORPUS.map(({ plain }) => look(plain)).filter((all) =>
    all.some(({ found }) => found.includes(true))
  );
  assert.ok(taken.length / CORPUS.length <= 0.05, `${taken.length} of ${CORPUS.length}`);
  assert.deepEqual(taken.map((all) => all.map(show).join(" ").slice(-200)), []);
});

Deno.test("each kind of place has its cases", () => {
  const counts = new Map<string, number>();
  for (const { place } of CORPUS) counts.set(place, (counts.get(place) ?? 0) + 1);
  assert.equal(counts.size, 8, JSON.stringify([...counts]));
});

function look(sample: Sample): readonly Looked[] {
  if ("words" in sample) {
    const texts = sample.words.map(unmarked);
    const spans = secretsInList(texts.map(({ text }) => text), sample.program);
    return texts.map((one, index) => looked(one, spans[index] ?? []));
  }
  if ("key" in sample) {
    const value = unmarked(sample.value);
    return [looked(value, secretsInVariable(sample.key, value.text))];
  }
  const one = unmarked(sample.text);
  return [looked(one, "path" in sample ? secretsInFile(sample.path, one.text) : secretsInText(one.text))];
}

function unmarked(text: string): { readonly text: string; readonly marked: readonly boolean[] } {
  let plain = "";
  const marked: boolean[] = [];
  let isInside = false;
  for (const character of text) {
    if (character === "«" || character === "»") isInside = character === "«";
    else {
      plain += character;
      marked.push(isInside);
    }
  }
  return { text: plain, marked };
}

function looked(
  { text, marked }: { readonly text: string; readonly marked: readonly boolean[] },
  spans: readonly SecretSpan[],
): Looked {
  // Lines are looked at one by one: what ends them is nothing to hide.
  const found = marked.map((isMarked, index) =>
    text[index] === "\n" ? isMarked : spans.some(({ start, end }) => start <= index && index < end)
  );
  return { text, marked, found };
}

/** With «» around what was found. */
function show({ text, found }: Looked): string {
  return [...text].map((character, index) => {
    const begins = found[index] === true && found[index - 1] !== true;
    const ends = found[index] === true && found[index + 1] !== true;
    return `${begins ? "«" : ""}${character}${ends ? "»" : ""}`;
  }).join("");
}
