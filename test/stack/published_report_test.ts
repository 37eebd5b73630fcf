/** What is said about published ports that have another number than the container's. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

Deno.test("many ports are for the machine's network only where each keeps its number", async () => {
  const hintOf = async (...ports: readonly string[]): Promise<string> =>
    (await found("kube-ports-many", `ports: ${JSON.stringify(ports)}`))[0]?.hint ?? "";
  match(await hintOf("20000-21100:20000-21100/udp"), /network_mode: host of service "a"/);
  equal(await hintOf("20000-21100:30000-31100/udp"), "Publish fewer");
  // One port of them is enough, whatever way it goes.
  equal(await hintOf("20000-21100:20000-21100/udp", "8080:80"), "Publish fewer");
});

Deno.test("with the machine's network a program listens on its own port, which is said where another is published", async () => {
  const host = (ports: string): Promise<TestStack["diagnostics"]> =>
    found("kube-ports-host", `network_mode: host, ports: ${ports}`);
  const said = await host('["3000:3000", "8080:80", "53:5353/udp"]');
  deepEqual(said.map(({ severity, span }) => [severity, span?.line]), [["warning", 1]]);
  match(
    said[0]?.message ?? "",
    /listens on 80, 5353\/udp of the node, and nothing listens on 8080, 53\/udp$/,
  );
  deepEqual(await host('["3000:3000"]'), []);
  // Nobody says of the same port that it needs nothing.
  deepEqual(await found("kube-public-port", 'network_mode: host, ports: ["8080:80"]'), []);
  doesNotMatch(JSON.stringify(await found("kube-ports-host", 'ports: ["8080:80"]')), /kube/);
});

Deno.test("a port that is published without a number is not opened, which is said where Docker opens one", async () => {
  const said = await found("kube-port-unnumbered", 'ports: ["8000", "127.0.0.1::9000/udp", "8080:80"]');
  deepEqual(said.map(({ severity, span }) => [severity, span?.line]), [["warning", 1]]);
  match(said[0]?.message ?? "", /^Ports 8000, 9000\/udp of service "a" are published without a number/);
  match(said[0]?.hint ?? "", /"8000:8000"/);
  deepEqual(await found("kube-port-unnumbered", 'ports: ["8080:80"]'), []);
  deepEqual(await found("kube-port-unnumbered", 'network_mode: host, ports: ["8000"]'), []);
});

async function found(code: string, keys: string): Promise<TestStack["diagnostics"]> {
  const directory = await Deno.makeTempDir({ prefix: "published-" });
  try {
    const compose = `services: { a: { image: "registry.example/a:1.0", restart: always, ${keys} } }`;
    await Deno.writeTextFile(join(directory, "compose.yaml"), compose);
    const { diagnostics } = await planTestStack({ directory });
    return diagnostics.filter((one) => one.code === code);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
