/** Completion, the manual, and examples: all of the commands as they are declared. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { EXAMPLES, NOTES } from "../../lib/cli/examples.ts";
import { SHELLS, shellScript } from "../../lib/cli/shell_scripts.ts";
import { findMigration } from "../../lib/run/select_migrations.ts";
import { told, withFiles } from "./in_process.ts";

const STACK = {
  "compose.yaml": `services:
  web: { image: "acme/web:1", labels: [traefik.http.routers.web.rule=Host(\`a\`)], environment: { API_PASSWORD: kV9-topSecret-27qqx } }
  worker: { image: "acme/worker:1", profiles: [extra] }
`,
  "decisions.yaml": `engine: none
access: { people: { alice: { role: viewer } } }
profiles: { local: { storageSize: 1Gi } }
`,
};

async function completed(directory: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { code, out, err } = await told(directory, ["_complete", "--", ...words]);
  deepEqual([code, err], [0, ""]);
  return out.split("\n").filter((line) => line !== "").map((line) => line.split("\t")[0] ?? "");
}

/** Every command that does something, by its path. */
async function leaves(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const word of await completed("/", "")) {
    const below = ["access", "secrets", "cluster"].includes(word) ? await completed("/", word, "") : [];
    found.push(...below.length === 0 ? [word] : below.map((each) => `${word} ${each}`));
  }
  return found;
}

Deno.test("commands, flags and choices are completed from the commands themselves", async () => {
  deepEqual(await completed("/", "mig"), ["migrate"]);
  deepEqual(await completed("/", "secrets", "ro"), ["rotate"]);
  deepEqual(await completed("/", "graph", "--o"), ["--output", "--of"]);
  deepEqual(await completed("/", "graph", "-o", ""), ["text", "dot", "mermaid", "svg", "json"]);
  deepEqual(await completed("/", "graph", "--output=s"), ["svg"]);
  deepEqual(await completed("/", "completions", ""), [...SHELLS]);
  deepEqual(await completed("/", "check", "--stack", ""), [":directory"]);
  deepEqual(await completed("/", "check", "--decisions", ""), [":file"]);
  deepEqual(await completed("/", "man", "--to", ""), [":directory"]);
  ok(!(await completed("/", "")).includes("_complete"));
  ok((await completed("/", "status", "--")).includes("--help"));
});

Deno.test("names of the stack are completed live, and a stack that cannot be read has none", async () => {
  await withFiles(STACK, async (directory) => {
    const stack = ["--stack", directory];
    deepEqual(await completed(directory, "graph", ...stack, "--of", "w"), ["web"]);
    deepEqual(await completed(directory, "graph", ...stack, "--profile", "extra", "--of", "w"), [
      "web",
      "worker",
    ]);
    deepEqual(await completed(directory, "migrate", ...stack, "--to", "05"), ["050", "055"]);
    deepEqual(await completed(directory, "redo", ...stack, "06"), ["060"]);
    deepEqual(await completed(directory, "explain", ...stack, "we"), ["web"]);
    deepEqual(await completed(directory, "explain", ...stack, "deployment/"), ["deployment/web"]);
    deepEqual(await completed(directory, "explain", ...stack, "kube-bind-sp"), ["kube-bind-special"]);
    deepEqual(await completed(directory, "explain", ...stack, "healthcheck.t"), [
      "healthcheck.test",
      "healthcheck.timeout",
    ]);
    deepEqual(await completed(directory, "explain", ...stack, "traefik.http"), [
      "traefik.http.routers.web.rule",
    ]);
    deepEqual(await completed(directory, "check", ...stack, "--profile", ""), ["local", "extra"]);
    deepEqual(await completed(directory, "access", "revoke", ...stack, ""), ["alice"]);
    deepEqual(await completed(directory, "secrets", "set", ...stack, "web"), ["web.API_PASSWORD"]);
  });
  deepEqual(await completed("/", "graph", "--stack", "/nowhere", "--of", ""), []);
  await withFiles({ "config": "contexts: [{ name: prod }, { name: test }]\n" }, async (directory) => {
    const { out } = await told(directory, ["_complete", "--", "status", "--context", "p"], {
      environment: { KUBECONFIG: `${directory}/config` },
    });
    equal(out, "prod\tcontext\n");
  });
});

Deno.test("every command has examples in its help, and its page of the manual has them too", async () => {
  const all = await leaves();
  ok(all.length > 25, `only ${all.length}`);
  deepEqual(Object.keys(EXAMPLES).toSorted(), all.toSorted());
  deepEqual(Object.keys(NOTES).filter((path) => !all.includes(path)), []);
  for (const path of all) {
    const { code, out } = await told("/", [...path.split(" "), "--help"]);
    equal(code, 0);
    match(out, /\nExamples:\n {2}/, path);
    const page = await told("/", ["man", ...path.split(" ")]);
    match(page.out, /^\.TH "COMPOSE-FERRY-[^]*\n\.SH NAME\n[^]*\n\.SH OPTIONS\n[^]*\n\.SH EXAMPLES\n/, path);
    ok(!/^\.(?!TH|SH|TP|B |PP|nf|fi)/m.test(page.out), path);
  }
});

Deno.test("every example is a command line that is understood", async () => {
  for (const [path, examples] of Object.entries(EXAMPLES)) {
    for (const [line] of examples) {
      if (line.startsWith("KUBECONFIG")) continue;
      const words = (line.split(/ [|<>]/)[0] ?? line).split(" ");
      deepEqual(words.slice(0, path.split(" ").length).join(" "), path);
      const flags = words.filter((word) => word.startsWith("--"));
      const known = await completed("/", ...path.split(" "), "--");
      for (const flag of flags) ok(known.includes(flag), `${line}: ${flag}`);
    }
  }
});

Deno.test("man writes all pages into a folder, and answers a slip of the pen", async () => {
  await withFiles({}, async (directory) => {
    const { code } = await told(directory, ["man", "--to", "pages"]);
    equal(code, 0);
    const files: string[] = [];
    for await (const { name } of Deno.readDir(`${directory}/pages`)) files.push(name);
    equal(files.length, (await leaves()).length + 4);
    ok(files.includes("compose-ferry.1") && files.includes("compose-ferry-secrets-set.1"));
  });
  const { code, err } = await told("/", ["man", "chekc"]);
  equal(code, 2);
  match(err, /cli-man-unknown[^]*Did you mean "compose-ferry-check"\?/);
  doesNotMatch((await told("/", ["man", "nope"])).err, /Did you mean/);
  doesNotMatch((await told("/", ["man"])).out, /\.\.\n/);
});

Deno.test("the script of bash completes with the program's own answers", async () => {
  const home = "/opt/it's here";
  for (const shell of SHELLS) {
    match(shellScript(shell, { deno: "/bin/deno", home }), /'\/opt\/it'\\''s here\/main\.ts'/);
  }
  const script = shellScript("bash", { deno: "/bin/deno", home: "/x" });
  const answers = async (line: string): Promise<string> => {
    const test = `${script}
compose-ferry() {
  case "$*" in *--stack*) echo :directory ;; *) printf '%s\\tit\\n' web worker far "a b" arn:aws:one arn:aws:two ;; esac
}
COMP_LINE=$1 COMP_POINT=\${#1}
compopt() { :; }
_compose_ferry
printf '%s,' "\${COMPREPLY[@]}"
`;
    const { code, stdout } = await new Deno.Command("bash", { args: ["--norc", "-c", test, "bash", line] })
      .output();
    equal(code, 0, line);
    return new TextDecoder().decode(stdout);
  };
  equal(await answers("compose-ferry graph --of w"), "web,worker,");
  equal(await answers("compose-ferry graph --of a"), "a\\ b,arn:aws:one,arn:aws:two,");
  // What stands behind the last colon or equals sign is all that bash puts in.
  equal(await answers("compose-ferry status --context arn:aws:t"), "two,");
  equal(await answers("compose-ferry status --context=arn:aws:t"), "two,");
  equal(await answers("compose-ferry graph --stack=/us"), "/usr,");
  equal(await answers("compose-ferry graph "), "web,worker,far,a\\ b,arn:aws:one,arn:aws:two,");
});

Deno.test("a migration that does not exist is answered with the nearest", () => {
  const plan = {
    migrations: [{ id: "050_databases", title: "", why: "", steps: [], absent: [], claimed: [] }],
  };
  let hint = "";
  try {
    findMigration(plan, "databses");
  } catch (error) {
    hint = (error as { diagnostics: { hint: string }[] }).diagnostics[0]?.hint ?? "";
  }
  equal(hint, 'Did you mean "databases"?');
});
