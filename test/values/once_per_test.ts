import { deepEqual, equal } from "node:assert/strict";
import { oncePer, oncePerPair } from "../../lib/values/once_per.ts";

Deno.test("oncePer() computes once for each object, also where nothing comes of it", () => {
  const asked: string[] = [];
  const nameOf = oncePer(({ name }: { readonly name: string }) => {
    asked.push(name);
    return name === "" ? undefined : name;
  });
  const [one, other, empty] = [{ name: "one" }, { name: "one" }, { name: "" }];
  deepEqual([nameOf(one), nameOf(one), nameOf(other)], ["one", "one", "one"]);
  deepEqual([nameOf(empty), nameOf(empty)], [undefined, undefined]);
  deepEqual(asked, ["one", "one", ""]);
});

Deno.test("oncePerPair() tells pairs apart", () => {
  let count = 0;
  const joined = oncePerPair((left: { readonly a: string }, right: { readonly b: string }) => {
    count++;
    return left.a + right.b;
  });
  const [left, right, another] = [{ a: "x" }, { b: "y" }, { b: "z" }];
  deepEqual([joined(left, right), joined(left, right), joined(left, another)], ["xy", "xy", "xz"]);
  equal(count, 2);
});
