/** A value that compose's own `secrets` or `configs` hold is a secret wherever else it stands. */
import assert from "node:assert/strict";
import { withFiles } from "../cli/in_process.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";

const COMPOSE = `name: shop
services:
  web:
    image: acme/web:1
    restart: always
    environment: { GREETING: "hello Kq8vW2xZt5Lr9b", LEVEL: debug }
    command: ["serve", "--start", "Hn4pY7cDs3Mf6k"]
  db: { image: "acme/db:1", restart: always, secrets: [entry], configs: [settings] }
secrets:
  entry: { file: ./entry.txt }
configs:
  settings: { content: "password: Hn4pY7cDs3Mf6k\\n" }
`;

Deno.test("a value of a secret or a config of compose is in no object but a Secret", () =>
  withFiles({ "compose.yaml": COMPOSE, "entry.txt": "Kq8vW2xZt5Lr9b\n" }, async (directory) => {
    const { conversion } = await planTestStack({ directory });
    const open = objectsOf(conversion).map(({ object }) => object).filter(({ kind }) => kind !== "Secret");
    const text = JSON.stringify(open);
    assert.doesNotMatch(text, /Kq8vW2xZt5Lr9b|Hn4pY7cDs3Mf6k/);
    assert.match(text, /debug/);
    const notes = conversion.findings.find(({ code }) => code === "kube-secrets")?.related ?? [];
    const told = notes.map(({ message }) => message).join("\n");
    assert.match(told, /"web\.GREETING".*secret "entry"/);
    assert.doesNotMatch(told, /Kq8vW2xZt5Lr9b|Hn4pY7cDs3Mf6k/);
  }));
