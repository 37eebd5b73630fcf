/** What is to be pasted is quoted where it is written: as YAML by `yamlWord`, as a command by `shellWord`. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A key of a line for decisions.yaml, and an argument of a command, that are a value as it is. */
const UNQUOTED: readonly RegExp[] = [
  /[a-zA-Z]: \{ "?\$\{(?!\s*(?:yamlWord|yamlText)\(|$|\s*\n)(?:name|service|key|first|entry|group|user)[\w.?]*\}"?: /,
  /\b(?:deno task|docker (?:compose|stop|run|exec|rm)|kubectl (?:-n|[a-z]+) )[^`\n]*\$\{(?!shellWord\(|STATE_NAME|STORAGE_ID_LABEL|inside|id ===|ref\.kind|kind\.|verb|create\}|lock\.runId)[\w.]*(?:name|Name|person|namespace|image|service|project|secret|profile|bare)\b/,
];

async function* sources(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${directory}`)) {
    if (isDirectory) yield* sources(`${directory}/${name}`);
    else if (name.endsWith(".ts")) yield `${directory}/${name}`;
  }
}

/** The lines of a text that hold an unquoted value. */
function unquoted(text: string): string[] {
  return text.split("\n").filter((line) => UNQUOTED.some((pattern) => pattern.test(line)));
}

Deno.test("no line that is to be pasted holds a bare value", async () => {
  const found: string[] = [];
  for (const folder of ["lib", "compose"]) {
    for await (const file of sources(folder)) {
      found.push(
        ...unquoted(await Deno.readTextFile(`${ROOT}${file}`)).map((line) => `${file}: ${line.trim()}`),
      );
    }
  }
  assert.deepEqual(found, []);
});

Deno.test("the check sees a bare value, and none that is quoted", () => {
  const bare = [
    "hint: `Add to decisions.yaml: services: { ${service.name}: { ports: [PORT] } }`,",
    '`storage: { "${key}": { missing: skip } }`',
    "hint: `deno task secrets set ${name}`",
    "`docker compose -p ${project} stop ${service}`",
    "`kubectl delete pod ${name} -n ${namespace}`",
  ];
  assert.deepEqual(unquoted(bare.join("\n")), bare);
  const quoted = [
    "hint: `Add to decisions.yaml: services: { ${yamlWord(service.name)}: { ports: [PORT] } }`,",
    "hint: `deno task secrets set ${shellWord(name)}`",
  ];
  assert.deepEqual(unquoted(quoted.join("\n")), []);
});
