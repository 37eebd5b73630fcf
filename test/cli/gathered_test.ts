import { equal, match } from "node:assert/strict";
import { told, withFiles } from "./in_process.ts";

Deno.test("what is the same of several things is said once, with its hint, whichever command says it", async () => {
  const services = ["a", "b", "c", "d"].map((name) =>
    `  ${name}: { image: "nginx:1.27.2", env_file: [${name}.env] }`
  );
  const files = { "compose.yaml": `services:\n${services.join("\n")}\n`, ".env.template": "" };
  await withFiles(files, async (directory) => {
    for (const command of ["check", "migrate", "status", "config"]) {
      const { code, out, err } = await told(directory, [command, "--stack", directory]);
      equal(code, 3, command);
      const said = out + err;
      equal(said.split("hint:").length, 2, said);
      for (const name of ["a", "b", "c", "d"]) match(said, new RegExp(`"${name}\\.env"`), command);
      match(said, /\n1 error in 1 file\n/);
    }
  });
});
