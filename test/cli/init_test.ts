import assert from "node:assert/strict";
import { hasFaf } from "../kube/faf_stack.ts";
import { copy } from "../kube/copy.ts";
import { told, treeOf, withFiles } from "./in_process.ts";

const COMPOSE = `
services:
  web:
    image: nginx:\${WEB_VERSION}
    env_file: ./config/web/web.env
    volumes:
      - ./config/web/nginx.conf:/etc/nginx/nginx.conf:ro
      - ./config/web/tls:/etc/tls:ro
      - ./data/web:/var/www
  mail:
    image: mail:1
    env_file: [./mail.env]
    volumes: ["./policy:/etc/policy", "./rules.yml:/etc/rules.yml"]
secrets:
  token: { file: ./token.txt }
`;

const CLONE = {
  "compose.yaml": COMPOSE,
  ".env.template": "WEB_VERSION=1.27\n",
  "config.template/web/web.env": "PASSWORD=banana\n",
  "config.template/web/nginx.conf": "events {}\n",
  "config.template/web/tls/server.key": "your key goes here\n",
  "config.template/unused/readme.md": "for people\n",
  "mail.example.env": "MAIL_PASSWORD=hunter2hunter2\n",
  "rules.yml.dist": "rules: []\n",
  "decisions.yaml": "namespace: fixture\n",
};

Deno.test("init makes what the compose files name from the templates beside it", async () => {
  await withFiles(CLONE, async (directory) => {
    await Deno.chmod(`${directory}/config.template/web/nginx.conf`, 0o444);
    const before = await treeOf(directory);
    const { code, out, err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    // token.txt has no template and compose's secret needs it.
    assert.equal(code, 3, out + err);
    const made = await treeOf(directory);
    assert.equal(made[".env"], "600 WEB_VERSION=1.27\n");
    assert.equal(made["config/web/web.env"], "600 PASSWORD=banana\n");
    assert.equal(made["config/web/nginx.conf"], "644 events {}\n", "its owner may write it");
    assert.equal(made["config/web/tls/server.key"], "600 your key goes here\n");
    assert.equal(made["config/unused/readme.md"], "644 for people\n", "the folder was missing as a whole");
    assert.equal(made["mail.env"], "600 MAIL_PASSWORD=hunter2hunter2\n");
    assert.equal(made["rules.yml"], "644 rules: []\n");
    assert.deepEqual(Object.keys(made).filter((name) => !(name in before)).sort(), [
      ".env",
      "config/unused/readme.md",
      "config/web/nginx.conf",
      "config/web/tls/server.key",
      "config/web/web.env",
      "mail.env",
      "rules.yml",
    ]);
    assert.match(out, /config\/ +from config\.template\/, 4 files/);
    assert.match(err, /question\[cli-init-no-template\]: "policy" of service "mail"/);
    assert.match(err, /storage: \{ "\.\/policy": \{ missing: empty \} \}/);
    assert.match(err, /error\[cli-init-no-template\]: "token\.txt"/);
    assert.match(err, /server\.key/, "a key file that holds no key is told");
    assert.doesNotMatch(out + err, /banana|hunter2|goes here/);
    assert.match(err, new RegExp(`Next: deno task check --stack ${directory}\n`));
  });
});

Deno.test("init writes over nothing, and a second call has nothing to do", async () => {
  const own = { "config/web/web.env": "PASSWORD=mine\n", "mail.env": "MINE=1\n" };
  await withFiles({ ...CLONE, ...own, "token.txt": "t" }, async (directory) => {
    const first = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.equal(first.code, 0, first.err);
    const made = await treeOf(directory);
    assert.equal(made["config/web/web.env"], "644 PASSWORD=mine\n");
    assert.equal(made["mail.env"], "644 MINE=1\n");
    assert.equal(made["config/web/nginx.conf"], "644 events {}\n");
    assert.equal(made["config/unused/readme.md"], undefined, "the folder was somebody's already");
    const second = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, /Nothing to copy/);
    assert.deepEqual(await treeOf(directory), made);
  });
});

Deno.test("init --dry-run shows the same and writes nothing; without an answer it asks for --yes", async () => {
  await withFiles({ ...CLONE, "token.txt": "t" }, async (directory) => {
    const before = await treeOf(directory);
    const dry = await told(directory, ["init", "--stack", directory, "--dry-run", "-o", "json"]);
    assert.equal(dry.code, 0, dry.err);
    const document = JSON.parse(dry.out);
    assert.deepEqual(document.copies.map(({ to, state }: { to: string; state: string }) => [to, state]), [
      [".env", "planned"],
      ["config", "planned"],
      ["mail.env", "planned"],
      ["rules.yml", "planned"],
    ]);
    assert.deepEqual(document.data, ["data/web"]);
    assert.match(document.next, /^deno task init /);
    const unanswered = await told(directory, ["init", "--stack", directory]);
    assert.equal(unanswered.code, 2);
    assert.match(unanswered.err, /cli-needs-yes/);
    const no = await told(directory, ["init", "--stack", directory], { answer: false });
    assert.equal(no.code, 0);
    assert.deepEqual(await treeOf(directory), before);
    const yes = await told(directory, ["init", "--stack", directory], { answer: true });
    assert.equal(yes.code, 0, yes.err);
    assert.ok(".env" in await treeOf(directory));
  });
});

Deno.test("init leaves links alone, also one that leads nowhere, and carries a template's links", async () => {
  await withFiles({ ...CLONE, "token.txt": "t" }, async (directory) => {
    await Deno.symlink("/nowhere/at/all", `${directory}/.env`);
    await Deno.symlink("web.env", `${directory}/config.template/web/same.env`);
    const { code, out, err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.equal(code, 0, err);
    assert.doesNotMatch(out, /\.env +from \.env\.template/);
    const made = await treeOf(directory);
    assert.equal(made[".env"], "-> /nowhere/at/all");
    assert.equal(made["config/web/same.env"], "-> web.env");
  });
});

Deno.test("init says what an engine made of a missing file, and what it cannot write", async () => {
  await withFiles({ ...CLONE, "token.txt": "t", "rules.yml/": "" }, async (directory) => {
    const { err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.match(err, /warning\[cli-init-directory\]: "rules\.yml" is an empty folder/);
  });
  await withFiles({ ...CLONE, "token.txt": "t", "config": "a file in the way\n" }, async (directory) => {
    const { code, err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.equal(code, 1, err);
    assert.match(err, /error\[cli-init-copy\]: Cannot make "config\/web\//);
    const made = await treeOf(directory);
    assert.equal(made["config"], "644 a file in the way\n");
    assert.ok("mail.env" in made, "one failure keeps the others from nothing");
  });
});

Deno.test("init tells secrets that are the same everywhere, and not those that differ", async () => {
  const services = ["a", "b", "c", "d", "e"];
  const compose = `services:\n${
    services.map((name) => `  ${name}: { image: x:1, env_file: ./${name}.env }\n`).join("")
  }`;
  const templates = (value: (name: string) => string): Record<string, string> => ({
    "compose.yaml": compose,
    ...Object.fromEntries(services.map((name) => [`${name}.env.template`, `DB_PASSWORD=${value(name)}\n`])),
  });
  await withFiles(templates(() => "unripe-mango"), async (directory) => {
    const { err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.match(err, /cli-init-placeholder\]: 5 secrets in 5 copied files/);
    assert.doesNotMatch(err, /mango/);
  });
  await withFiles(templates((name) => `unripe-mango-${name}`), async (directory) => {
    const { err } = await told(directory, ["init", "--stack", directory, "--yes"]);
    assert.doesNotMatch(err, /placeholder/);
  });
});

const FAF_FLAGS = ["-f", "docker-compose.yml", "-f", "faf-extra.yml", "-f", "monitoring.yml"];
const FAF = Deno.env.get("FAF_STACK") ?? new URL("../../../shared/faf-stack", import.meta.url).pathname;

Deno.test({
  name: `FAF: a clone needs init and --profile local, and nothing is wrong or left to ask${
    hasFaf ? "" : " (skipped: no faf-stack at FAF_STACK or ../shared/faf-stack)"
  }`,
  ignore: !hasFaf,
  fn: () =>
    withFiles({}, async (directory) => {
      await copy(FAF, directory);
      const stack = ["--stack", directory, ...FAF_FLAGS];
      const made = await told(directory, ["init", ...stack, "--yes"]);
      assert.equal(made.code, 0, made.err);
      assert.match(made.err, /--profile local/);
      assert.doesNotMatch(made.out + made.err, /banana/i);
      for (const profile of ["local", "minikube"]) {
        const { code, out } = await told(directory, ["check", ...stack, "--profile", profile, "-o", "json"]);
        assert.equal(code, 0, out);
        const open = JSON.parse(out).diagnostics.filter(({ severity }: { severity: string }) =>
          severity === "error" || severity === "question"
        );
        assert.deepEqual(open, [], profile);
      }
    }),
});

Deno.test("check and migrate name init where what is missing has a template, and say nothing of it where it has none", async () => {
  const files = {
    "compose.yaml":
      'services:\n  web:\n    image: "a:${TAG:?say which}"\n    env_file: [app.env, other.env]\n' +
      "    volumes: [./web.conf:/etc/web.conf:ro]\n",
    "example.env": "TAG=1.0\n",
    "app-sample.env": "A=1\n",
    "web.example.conf": "x\n",
    "decisions.yaml": "engine: none\n",
  };
  const init = (directory: string): string => `deno task init --stack ${directory}`;
  await withFiles(files, async (directory) => {
    for (const words of [["check"], ["migrate", "--embedded", "--dry-run"]]) {
      const { code, out, err } = await told(directory, [...words, "--stack", directory]);
      assert.equal(code, 3, out + err);
      const said = out + err;
      assert.ok(said.includes(`Make ".env" from its template "example.env": ${init(directory)}\n`), said);
      assert.ok(
        said.includes(`Make "app.env" from its template "app-sample.env": ${init(directory)}\n`),
        said,
      );
      assert.match(said, /Cannot read "other\.env"[^]*?hint: Create the file/);
    }
    await Deno.writeTextFile(`${directory}/.env`, "TAG=2.0\n");
    await Deno.writeTextFile(`${directory}/app.env`, "A=1\n");
    await Deno.writeTextFile(`${directory}/other.env`, "B=1\n");
    const { code, out } = await told(directory, ["check", "--stack", directory]);
    assert.equal(code, 0, out);
    assert.ok(
      out.includes(`Make "web.conf" from its template "web.example.conf": ${init(directory)}; or else: Put`),
      out,
    );
  });
});
