import { doesNotMatch, match } from "node:assert/strict";
import { told, withFiles } from "./in_process.ts";

const COMPOSE = `services:
  app:
    image: app:1
    environment:
      DB_PASSWORD: correct's horse%
      SEED: battery staple
      GREETING: hello
`;
const DECISIONS = `namespace: app
defaultMigration: applications
secrets: { app.SEED: secret }
servises: {}
`;

for (const output of ["text", "json"]) {
  Deno.test(`check shows no part of a value that it keeps in a Secret, as ${output}`, () =>
    withFiles({ "compose.yaml": COMPOSE, "decisions.yaml": DECISIONS }, async (directory) => {
      const wrong = await told(directory, ["check", "--stack", ".", "-o", output]);
      match(wrong.out + wrong.err, /servises/);
      await Deno.writeTextFile(`${directory}/decisions.yaml`, DECISIONS.replace("servises: {}\n", ""));
      const { out, err } = await told(directory, ["check", "--stack", ".", "-o", output]);
      match(out, /Kept in Secrets: 2 values/);
      for (const shown of [wrong.out, wrong.err, out, err]) {
        doesNotMatch(shown, /correct|horse|battery|staple/);
      }
    }));
}
