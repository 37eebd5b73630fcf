import assert from "node:assert/strict";
import { join } from "node:path";
import { findCluster, kubeconfigFiles } from "../../lib/cluster/kubeconfig.ts";
import { Failure } from "../../lib/diagnostics/diagnostic.ts";

async function inFolder(
  work: (folder: string, write: (name: string, text: string) => string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder, (name, text) => {
      const file = join(folder, name);
      Deno.writeTextFileSync(file, text);
      return file;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function config(user: string, extra = ""): string {
  return `
current-context: main
clusters: [{ name: c, cluster: { server: "http://127.0.0.1:1/" ${extra} } }]
users: [{ name: u, user: ${user} }]
contexts:
  - { name: main, context: { cluster: c, user: u, namespace: faf } }
  - { name: orphan, context: { cluster: gone, user: u } }
`;
}

const none = (): undefined => undefined;

Deno.test("findCluster() reads every kind of static credential", async () => {
  await inFolder(async (_, write) => {
    write("token", "from-a-file\n");
    const cases = [
      { user: "{ token: abc }", wanted: { authorization: "Bearer abc" } },
      { user: "{ tokenFile: token }", wanted: { authorization: "Bearer from-a-file" } },
      { user: "{ username: ann, password: pä }", wanted: { authorization: "Basic YW5uOnDDpA==" } },
      { user: "{}", wanted: {} },
    ];
    for (const { user, wanted } of cases) {
      const connection = await findCluster({ kubeconfig: write("config", config(user)), env: none });
      assert.ok(connection !== undefined);
      assert.deepEqual(await connection.authorize(false), wanted, user);
      assert.deepEqual(
        [connection.context, connection.server, connection.namespace],
        ["main", "http://127.0.0.1:1", "faf"],
      );
      connection.close();
    }
  });
});

Deno.test("findCluster() reads a token file again when the server refused the token", async () => {
  await inFolder(async (_, write) => {
    write("token", "old");
    const connection = await findCluster({
      kubeconfig: write("config", config("{ tokenFile: token }")),
      env: none,
    });
    assert.ok(connection !== undefined);
    assert.deepEqual(await connection.authorize(false), { authorization: "Bearer old" });
    write("token", "new");
    assert.deepEqual(await connection.authorize(false), { authorization: "Bearer old" });
    assert.deepEqual(await connection.authorize(true), { authorization: "Bearer new" });
    connection.close();
  });
});

Deno.test("findCluster() says what is wrong and what to do", async () => {
  await inFolder(async (folder, write) => {
    const good = config("{ token: x }");
    const cases = [
      { text: "a: [", code: "cluster-kubeconfig-invalid" },
      { text: "clusters: 5", code: "cluster-kubeconfig-invalid" },
      { text: good.replace('server: "http://127.0.0.1:1/"', "servr: x"), code: "cluster-kubeconfig-invalid" },
      { text: good.replace("current-context: main", ""), code: "cluster-no-context" },
      { text: good, context: "mian", code: "cluster-unknown-context", hint: /Did you mean "main"/ },
      { text: good, context: "orphan", code: "cluster-unknown-cluster" },
      { text: good.replace("name: u, user: {", "name: v, user: {"), code: "cluster-unknown-user" },
      { text: config("{ token: x }", ", insecure-skip-tls-verify: true"), code: "cluster-insecure" },
      { text: config("{ tokenFile: gone }"), code: "cluster-credential-unreadable", late: true },
      {
        text: config("{ client-certificate: gone, client-key: gone }"),
        code: "cluster-credential-unreadable",
      },
      {
        text: config("{ client-certificate-data: '%%%', client-key-data: '%%%' }"),
        code: "cluster-kubeconfig-invalid",
      },
      {
        text: config("{ client-certificate-data: YQ==, client-key-data: YQ== }"),
        code: "cluster-bad-certificate",
      },
    ];
    for (const { text, context, code, hint, late } of cases) {
      const kubeconfig = write("config", text);
      const find = async (): Promise<void> => {
        const connection = await findCluster({
          kubeconfig,
          ...(context === undefined ? {} : { context }),
          env: none,
        });
        if (late) await connection?.authorize(false).finally(() => connection.close());
      };
      await assert.rejects(find, (error) => {
        assert.ok(error instanceof Failure, String(error));
        assert.deepEqual([error.exitCode, error.diagnostics[0]?.code], [4, code]);
        assert.ok((error.diagnostics[0]?.hint ?? "").length > 10);
        if (hint !== undefined) assert.match(error.diagnostics[0]?.hint ?? "", hint);
        return true;
      });
    }
    await assert.rejects(
      findCluster({ kubeconfig: join(folder, "gone"), env: none }),
      (error) => error instanceof Failure && error.diagnostics[0]?.code === "cluster-kubeconfig-unreadable",
    );
  });
});

Deno.test("kubeconfigFiles() takes the flag, then KUBECONFIG, then the usual places; the first to name something wins", async () => {
  await inFolder(async (folder, write) => {
    const first = write("first", config("{ token: first }"));
    const second = write("second", config("{ token: second }").replace("current-context: main", ""));
    await Deno.mkdir(join(folder, ".kube"));
    const usual = write(".kube/config", config("{ token: usual }"));
    const env = (values: Record<string, string>) => (name: string): string | undefined => values[name];
    assert.deepEqual(kubeconfigFiles({ kubeconfig: first, env: env({ KUBECONFIG: second }) }), [first]);
    assert.deepEqual(
      kubeconfigFiles({
        env: env({ KUBECONFIG: `${second}:${join(folder, "gone")}:${first}`, HOME: folder }),
      }),
      [second, first],
    );
    assert.deepEqual(kubeconfigFiles({ env: env({ HOME: folder }) }), [usual]);
    const merged = await findCluster({ env: env({ KUBECONFIG: `${second}:${first}` }) });
    assert.deepEqual(await merged?.authorize(false), { authorization: "Bearer second" });
    merged?.close();
    const empty = join(folder, "empty");
    if (!kubeconfigFiles({ env: env({ HOME: empty }) }).length) {
      assert.equal(await findCluster({ env: env({ HOME: empty }) }), undefined);
    }
  });
});

Deno.test("findCluster() gets the token of an exec plugin, and a new one when it is refused", async () => {
  await inFolder(async (folder, write) => {
    const counter = join(folder, "count");
    const plugin = write(
      "plugin.sh",
      `#!/bin/sh
echo x >> ${counter}
cat <<END
{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-$(wc -l < ${counter} | tr -d ' ')"}}
END
`,
    );
    await Deno.chmod(plugin, 0o700);
    const user =
      `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, interactiveMode: Never } }`;
    const kubeconfig = write("config", config(user).replace("http://127.0.0.1:1/", "https://127.0.0.1:1/"));
    const connection = await findCluster({ kubeconfig, env: none });
    assert.ok(connection !== undefined);
    assert.equal((await connection.authorize(false))["authorization"], "Bearer token-1");
    assert.equal((await connection.authorize(true))["authorization"], "Bearer token-2");
    connection.close();
    const broken = write("config", config(user.replace(plugin, `${plugin}-gone`)));
    await assert.rejects(
      findCluster({ kubeconfig: broken, env: none }),
      (error) => error instanceof Failure && error.diagnostics[0]?.code === "cluster-login-failed",
    );
  });
});
