import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { parse } from "yaml";
import { fc } from "../chance.ts";
import { load } from "../../compose/mod.ts";
import { planTestStack } from "../cli/planned_stack.ts";
import { layOut } from "./cases.ts";
import { composeFile, decisionsFile, type GeneratedStack, stacksOf } from "./generated.ts";
import { usedKeys } from "./keys.ts";

const stacks = (count: number): readonly GeneratedStack[] =>
  fc.sample(stacksOf(8), { seed: 7, numRuns: count });

Deno.test("generated stacks are projects without errors", {
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
}, async () => {
  const directory = await Deno.makeTempDir({ prefix: "engine-generated-" });
  try {
    for (const stack of stacks(60)) {
      const text = composeFile(stack, "g", 20_000);
      await layOut(directory, text);
      const { project, diagnostics } = await load({ directory, environment: {} });
      deepEqual(diagnostics.map(({ message }) => `${message}\n${text}`), []);
      equal(Object.keys(project?.services ?? {}).length, stack.filter((each) => each !== undefined).length);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a program that ends by itself is a Job, also where nobody waits for it", {
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
}, async () => {
  const directory = await Deno.makeTempDir({ prefix: "engine-ending-" });
  try {
    let decided = 0;
    for (const stack of stacks(20)) {
      await layOut(directory, composeFile(stack, "g", 20_000));
      const decisions = decisionsFile(stack);
      decided += decisions.split("kind: Job").length - 1;
      const { diagnostics } = await planTestStack({ directory, decisions });
      deepEqual(diagnostics.filter(({ code }) => code === "kube-one-shot-unclear"), []);
    }
    ok(decided > 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("few stacks use many keys, and no two publish one port", () => {
  const files = stacks(20).map((stack) => composeFile(stack, "g", 20_000));
  const keys = new Set(files.flatMap((text) => Object.values(usedKeys(parse(text))).flat()));
  ok(keys.size > 40, `only ${keys.size} keys`);
  for (const text of files) {
    const published = [...text.matchAll(/(\d+):80\d\d\/(tcp|udp)/g)].map(([, port]) => port);
    equal(new Set(published).size, published.length);
  }
});

Deno.test("one seed makes one stack, another makes another", () => {
  const of = (seed: number): string =>
    fc.sample(stacksOf(8), { seed, numRuns: 1 }).map((stack) => composeFile(stack, "g", 20_000)).join();
  equal(of(3), of(3));
  notEqual(of(3), of(4));
});
