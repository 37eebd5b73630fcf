/** k3s's configuration and the NixOS module. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { authenticationText } from "../../lib/kube/access/authentication.ts";
import { told } from "../cli/in_process.ts";
import { firstStartText, k3sConfigurationText, nixosText } from "../../lib/kube/host/k3s.ts";

const AUTHENTICATION = authenticationText({
  issuer: "https://hydra.example.org/",
  clientId: "kubernetes",
  groupsExpression: "claims.?ext.roles.orValue([])",
});

Deno.test("the login's file is of the version that the decided Kubernetes reads, the oldest where none is", () => {
  const oidc = { issuer: "https://hydra.example.org/", clientId: "kubernetes" };
  const versionFor = (kubernetes?: string): unknown => parse(authenticationText(oidc, kubernetes)).apiVersion;
  assert.equal(versionFor(), "apiserver.config.k8s.io/v1beta1");
  assert.equal(versionFor("1.33"), "apiserver.config.k8s.io/v1beta1");
  assert.equal(versionFor("1.34"), "apiserver.config.k8s.io/v1");
});

Deno.test("k3s prints both forms of the files for the decided version", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${directory}/compose.yaml`,
    "services: { a: { image: nginx:1, expose: ['80'] } }\n",
  );
  const decide = (more: string): Promise<void> =>
    Deno.writeTextFile(
      `${directory}/decisions.yaml`,
      "defaultMigration: applications\naccess: { oidc: { issuer: https://login.example.org/, clientId: kubernetes } }\n" +
        more,
    );
  for (const output of ["text", "nix"]) {
    for (const [more, version] of [["", "v1beta1"], ['kubernetes: "1.34"\n', "v1"]] as const) {
      await decide(more);
      const { out, err, code } = await told(directory, ["k3s", "--stack", ".", "-o", output]);
      assert.equal(code, 0, err);
      assert.match(out, new RegExp(`apiVersion: apiserver\\.config\\.k8s\\.io/${version}$`, "m"));
    }
  }
  await decide("kubernetes: 1.29\n");
  const { err, out, code } = await told(directory, ["k3s", "--stack", "."]);
  assert.equal(code, 3, out);
  assert.match(err, /kubernetes/);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("k3sConfigurationText() has the label, the login and what is off", () => {
  const text = k3sConfigurationText({
    storageId: "main-01",
    traefik: "external",
    authentication: AUTHENTICATION,
  });
  assert.deepEqual(parse(text), {
    "node-label": ["storage-id=main-01"],
    disable: ["local-storage", "traefik"],
    "secrets-encryption": true,
    "write-kubeconfig-mode": "0600",
    "kube-apiserver-arg": ["authentication-config=/etc/rancher/k3s/authentication.yaml"],
  });
});

Deno.test("k3sConfigurationText() keeps the bundled Traefik and needs no login", () => {
  const node = { storageId: "a", traefik: "bundled", tlsSan: ["k3s.example.org"], nodeName: "main" } as const;
  assert.deepEqual(parse(k3sConfigurationText(node)), {
    "node-name": "main",
    "node-label": ["storage-id=a"],
    disable: ["local-storage"],
    "secrets-encryption": true,
    "write-kubeconfig-mode": "0600",
    "tls-san": ["k3s.example.org"],
  });
});

Deno.test("nixosText() holds the same files, with what Nix would read escaped", () => {
  const odd = "a: ''b'' ${c}\nd:\n  - '${builtins.exec}\n  - ''${e}''\n  - $${f} '$x' $'\n";
  const text = nixosText({ storageId: "main-01", traefik: "bundled", authentication: odd });
  assert.match(text, /environment\.etc\."rancher\/k3s\/config\.yaml" = \{/);
  assert.deepEqual(indentedStrings(text), [
    k3sConfigurationText({ storageId: "main-01", traefik: "bundled", authentication: odd }),
    odd,
  ]);
});

Deno.test("k3s prints the file that leaves the front to Docker, where k3s brings the Traefik", async () => {
  const directory = await Deno.makeTempDir();
  const path = "/var/lib/rancher/k3s/server/manifests/traefik-front.yaml";
  const printed = async (more: string): Promise<ReadonlyMap<string, string>> => {
    await Deno.writeTextFile(
      `${directory}/compose.yaml`,
      "services: { a: { image: nginx:1, expose: ['80'] } }\n",
    );
    const decisions = `defaultMigration: applications\nnamespace: harbour\n${more}`;
    await Deno.writeTextFile(`${directory}/decisions.yaml`, decisions);
    const { out, err, code } = await told(directory, ["k3s", "--stack", ".", "-o", "json"]);
    assert.equal(code, 0, err);
    return new Map(
      (JSON.parse(out).files as { path: string; text: string }[]).map((file) => [file.path, file.text]),
    );
  };
  const { metadata, spec } = parse((await printed("")).get(path) ?? "");
  assert.deepEqual(metadata, {
    name: "traefik",
    namespace: "kube-system",
    labels: { "compose-ferry/owner": "harbour" },
  });
  assert.deepEqual(parse(spec.valuesContent), { service: { type: "ClusterIP" } });
  assert.equal((await printed("traefik: { mode: external }\n")).has(path), false);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("on NixOS the file of the first start is there for that start, and for no later one", async () => {
  const firstStart = firstStartText("kube-system", { a: "b" });
  const text = nixosText({ traefik: "bundled", firstStart });
  const [, script = ""] = indentedStrings(text);
  const root = await Deno.makeTempDir();
  const start = async (): Promise<string | undefined> => {
    const moved = script.replaceAll("/var/lib", `${root}/var/lib`);
    const { code, stderr } = await new Deno.Command("sh", { args: ["-ec", moved] }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const path = `${root}/var/lib/rancher/k3s/server/manifests/traefik-front.yaml`;
    return await Deno.readTextFile(path).catch(() => undefined);
  };
  assert.equal(await start(), firstStart);
  await Deno.mkdir(`${root}/var/lib/rancher/k3s/server/db`);
  assert.equal(await start(), undefined);
  await Deno.remove(root, { recursive: true });
});

/** The indented strings of a Nix text, read by the rules of Nix's lexer; what would be evaluated is told apart. */
function indentedStrings(text: string): string[] {
  return [...text.matchAll(/(?:text|preStart) = ''\n(.*?)\n *'';\n/gs)].map(([, inner = ""]) => {
    const lines = inner.split("\n");
    const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
    const shared = `${lines.map((line) => line.slice(indent)).join("\n")}\n`;
    return shared.replace(/''\$|\'\'\'|''\\(.)|''|\$\{/gs, (token, escaped) => {
      if (token === "''$") return "$";
      if (token === "'''") return "''";
      return escaped ?? (token === "''" ? "<end>" : "<evaluated>");
    });
  });
}

Deno.test("k3s --to lays the files out once, and writes over none", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${directory}/compose.yaml`,
    "services: { a: { image: nginx:1, expose: ['80'] } }\n",
  );
  const ask = ["k3s", "--stack", ".", "--to", "node"];
  const configuration = `${directory}/node/etc/rancher/k3s/config.yaml`;
  const front = `${directory}/node/var/lib/rancher/k3s/server/manifests/traefik-front.yaml`;
  const first = await told(directory, ask);
  assert.equal(first.code, 0, first.err);
  assert.match(first.err, /config\.yaml: written\n.*traefik-front\.yaml: written\n$/);
  const printed = JSON.parse((await told(directory, ["k3s", "--stack", ".", "-o", "json"])).out).files;
  assert.deepEqual(
    await Promise.all([configuration, front].map((path) => Deno.readTextFile(path))),
    printed.map(({ text }: { readonly text: string }) => text),
  );
  assert.match((await told(directory, ask)).err, /config\.yaml: there already\n/);

  await Deno.remove(front);
  await Deno.mkdir(`${directory}/node/var/lib/rancher/k3s/server/db`);
  assert.match((await told(directory, ask)).err, /traefik-front\.yaml: not written/);
  await assert.rejects(Deno.stat(front));

  await Deno.writeTextFile(configuration, "cluster-init: true\n");
  const other = await told(directory, ask);
  assert.equal(other.code, 3);
  assert.match(other.err, /cli-k3s-other/);
  assert.equal(await Deno.readTextFile(configuration), "cluster-init: true\n");
  await Deno.remove(directory, { recursive: true });
});
