/** Kernel parameters: whose they are, who writes them, and what is said about it. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { objectsOf, planTestStack, type TestStack } from "../cli/planned_stack.ts";

const service = (keys: string): string => `{ image: "registry.example/a:1.0", restart: always, ${keys} }`;

Deno.test("with the machine's network or memory they would be the node's: an error, and nobody sets them", async () => {
  const cases = [
    ["network_mode: host, sysctls: { net.core.somaxconn: 1024 }", "net.core.somaxconn"],
    // Docker refuses it, whether a kubelet calls it safe or not.
    ["network_mode: host, sysctls: { net.ipv4.tcp_syncookies: 0 }", "net.ipv4.tcp_syncookies"],
    ["ipc: host, sysctls: { kernel.msgmax: 1 }", "kernel.msgmax"],
    ["ipc: host, sysctls: { fs.mqueue.msg_max: 1 }", "fs.mqueue.msg_max"],
  ] as const;
  for (const [keys, name] of cases) {
    const stack = await planned(`services: { a: ${service(keys)} }`);
    const found = stack.diagnostics.filter(({ code }) => code === "kube-sysctl-of-node");
    deepEqual(found.map(({ severity }) => severity), ["error"], keys);
    match(found[0]?.message ?? "", new RegExp(`^Service "a" sets "${name.replaceAll(".", "\\.")}"`));
    equal(found[0]?.span?.line, 1);
    doesNotMatch(written(stack), /sysctls/, keys);
  }
});

Deno.test("what one service of a pod has of the machine all of it have", async () => {
  const stack = await planned(`services:
  a: ${service("network_mode: host")}
  b: ${service('network_mode: "service:a", sysctls: { net.core.somaxconn: 1024 }')}`);
  const found = stack.diagnostics.find(({ code }) => code === "kube-sysctl-of-node");
  match(found?.message ?? "", /beside "network_mode: host" of "a" in its pod/);
  doesNotMatch(written(stack), /sysctls/);
});

Deno.test("a network of its own beside the machine's memory has its parameters", async () => {
  const stack = await planned(
    `services: { a: ${service("ipc: host, sysctls: { net.core.somaxconn: 1024 }")} }`,
  );
  equal(stack.diagnostics.some(({ severity }) => severity === "error"), false);
  match(written(stack), /net\/core\/somaxconn/);
});

Deno.test("a privileged init container that nobody asked for is a warning, until it is accepted", async () => {
  const compose = `services: { a: ${service("sysctls: { net.core.somaxconn: 1024 }")} }`;
  const of = async (decisions: string): Promise<TestStack["diagnostics"][number] | undefined> =>
    (await planned(compose, decisions)).diagnostics.find(({ code }) => code === "kube-sysctl-written");
  const asked = await of("");
  equal(asked?.severity, "warning");
  match(asked?.hint ?? "", /^To accept it: podSecurity: privileged; otherwise remove them from sysctls/);
  equal((await of("podSecurity: privileged"))?.severity, "info");
});

Deno.test("no hint names the kubelet's flag where it does not help", async () => {
  const hintOf = async (name: string, decisions: string): Promise<string> => {
    const stack = await planned(`services: { a: ${service(`sysctls: { ${name}: 1 }`)} }`, decisions);
    return stack.diagnostics.find(({ code }) => code === "kube-unsafe-sysctl")?.hint ?? "";
  };
  match(await hintOf("net.core.somaxconn", "podSecurity: baseline"), /^Set podSecurity: privileged/);
  match(await hintOf("vm.max_map_count", ""), /^Take "vm.max_map_count" out of sysctls/);
  match(await hintOf("kernel.shm_next_id", ""), /--allowed-unsafe-sysctls=kernel.shm_next_id/);
});

function written({ conversion }: TestStack): string {
  return JSON.stringify(objectsOf(conversion).map(({ object }) => object));
}

async function planned(compose: string, decisions = ""): Promise<TestStack> {
  const directory = await Deno.makeTempDir({ prefix: "kernel-" });
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), compose);
    return await planTestStack({ directory, decisions });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
