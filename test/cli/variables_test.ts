import assert from "node:assert/strict";
import { told, withFiles } from "./in_process.ts";

const STACK = {
  "compose.yaml": `
services:
  web:
    image: "shop:\${VERSION}"
    environment: { HOST: "www.\${DOMAIN}", HOME_PAGE: "https://www.shop.example/", API: "\${API_HOST:-none}" }
    expose: ["80"]
  tool: { image: "tool:1", profiles: [tools] }
`,
  ".env": "DOMAIN=shop.example\nVERSION=1\n",
  "decisions.yaml": `
namespace: shop
defaultMigration: applications
profiles:
  local: { variables: { DOMAIN: shop.localhost, VERSION: 2 } }
`,
};

interface Web {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function web(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Web> {
  const { code, out, err } = await told(directory, ["config", "--stack", directory, "-o", "json", ...args], {
    environment,
  });
  assert.equal(code, 0, err);
  return JSON.parse(out).services.web;
}

Deno.test("decided variables are in force before compose is read: over .env, below the shell", async () => {
  await withFiles(STACK, async (directory) => {
    const plain = await web(directory, []);
    assert.deepEqual([plain.image, plain.environment["HOST"]], ["shop:1", "www.shop.example"]);
    const local = await web(directory, ["--profile", "local"]);
    assert.deepEqual([local.image, local.environment["HOST"]], ["shop:2", "www.shop.localhost"]);
    const shell = await web(directory, ["--profile", "local"], { VERSION: "3" });
    assert.deepEqual([shell.image, shell.environment["HOST"]], ["shop:3", "www.shop.localhost"]);
    await Deno.writeTextFile(`${directory}/other.env`, "DOMAIN=other.example\nVERSION=4\n");
    const file = await web(directory, ["--env-file", "other.env", "--profile", "local"]);
    assert.deepEqual([file.image, file.environment["HOST"]], ["shop:2", "www.shop.localhost"]);
  });
});

async function findings(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; found: { code: string; message: string; hint?: string }[] }> {
  const { code, out, err } = await told(directory, ["check", "--stack", directory, "-o", "json", ...args], {
    environment,
  });
  assert.equal(err, "");
  return { code, found: JSON.parse(out).diagnostics };
}

Deno.test("a variable of the shell over a decided one is said, without either value", async () => {
  await withFiles(STACK, async (directory) => {
    const { code, found } = await findings(directory, ["--profile", "local"], { VERSION: "sesame" });
    assert.equal(code, 0);
    const [said, ...others] = found.filter((each) => each.code === "cli-variable-shadowed");
    assert.match(said?.message ?? "", /"VERSION"/);
    assert.deepEqual(others, []);
    assert.doesNotMatch(JSON.stringify(said), /sesame/);
    const same = await findings(directory, ["--profile", "local"], { VERSION: "2" });
    assert.equal(same.found.some((each) => each.code === "cli-variable-shadowed"), false);
  });
});

Deno.test("a decided variable that nothing names is a remark, and a domain written out is another", async () => {
  const decisions = STACK["decisions.yaml"].replace("VERSION: 2", "VERSON: 2");
  await withFiles({ ...STACK, "decisions.yaml": decisions }, async (directory) => {
    const { found } = await findings(directory, ["--profile", "local"]);
    const unused = found.filter((each) => each.code === "kube-decision-unused");
    assert.deepEqual(unused.map(({ message }) => message), [
      'The decided variable "VERSON" is named by no compose file',
    ]);
    const fixed = found.filter((each) => each.code === "kube-domain-fixed");
    assert.equal(fixed.length, 1);
    assert.match(fixed[0]?.message ?? "", /"www\.shop\.example"$/);
    assert.doesNotMatch(fixed[0]?.message ?? "", /localhost/);
  });
});

for (const domain of ["test.shop.example", "a.test.shop.example", "shop.co.uk", "test.shop.co.uk"]) {
  Deno.test(`a site is known by its own name under the decided domain ${domain}`, async () => {
    const decisions = STACK["decisions.yaml"].replace("shop.localhost", domain);
    await withFiles({ ...STACK, "decisions.yaml": decisions }, async (directory) => {
      const { found } = await findings(directory, ["--profile", "local"]);
      const fixed = found.filter((each) => each.code === "kube-domain-fixed");
      assert.deepEqual(fixed.map(({ message }) => /"www\.shop\.example"$/.test(message)), [true]);
    });
  });
}

Deno.test("a profile is compose's, the decisions', or an error with the nearest", async () => {
  await withFiles(STACK, async (directory) => {
    for (const known of ["local", "tools", "*"]) {
      const { code, found } = await findings(directory, ["--profile", known]);
      assert.equal(found.some((each) => each.code === "cli-profile-unknown"), false, known);
      assert.equal(code, 0, known);
    }
    for (const [wrong, near] of [["lokal", "local"], ["tool", "tools"]] as const) {
      const { code, found } = await findings(directory, ["--profile", "local", "--profile", wrong]);
      const errors = found.filter((each) => each.code === "cli-profile-unknown");
      assert.equal(code, 3);
      assert.deepEqual(errors.map(({ hint }) => hint), [`Did you mean --profile ${near}?`]);
    }
    const { found } = await findings(directory, ["--profile", "production"]);
    assert.match(found.find((each) => each.code === "cli-profile-unknown")?.hint ?? "", /"local", "tools"/);
  });
});

Deno.test("k3s's own settings follow the profile", async () => {
  const decisions = `
storageId: disk-01
traefik: { mode: bundled }
access: { oidc: { issuer: "https://login.example/", clientId: kubernetes } }
profiles:
  laptop: { storageId: null, storageDirectories: create, access: null, traefik: { mode: external } }
`;
  await withFiles({ "compose.yaml": "services: {}\n", "decisions.yaml": decisions }, async (directory) => {
    const k3s = async (...args: string[]): Promise<string> => {
      const { code, out, err } = await told(directory, ["k3s", "--stack", directory, ...args]);
      assert.equal(code, 0, err);
      return out;
    };
    assert.match(await k3s(), /storage-id=disk-01/);
    assert.match(await k3s(), /authentication-config=/);
    const laptop = await k3s("--profile", "laptop");
    assert.doesNotMatch(laptop, /storage-id|authentication/);
    assert.match(laptop, /- traefik/);
    const nix = await k3s("--profile", "laptop", "-o", "nix");
    assert.doesNotMatch(nix, /storage-id|authentication/);
    assert.match(nix, /- traefik/);
  });
});

Deno.test("$PWD is the stack's folder, wherever the user is", async () => {
  const files = {
    "stack/compose.yaml": 'services: { web: { image: "a:1.0", volumes: ["$PWD/site:/site"] } }\n',
  };
  await withFiles(files, async (directory) => {
    const stack = `${directory}/stack`;
    const { out } = await told(directory, ["config", "--stack", "stack"], {
      environment: { PWD: directory },
    });
    assert.match(out, new RegExp(`source: ${stack}/site\n`));
  });
});
