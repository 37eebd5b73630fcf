/** What lies on disk decides what a bind mount becomes. */
import assert from "node:assert/strict";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

const COMPOSE = `
services:
  app:
    image: registry.example/app:1.0
    restart: always
    volumes:
      - ./config/big.dat:/etc/big.dat
      - ./config/many:/etc/many:ro
      - ./config/small:/etc/small:ro
      - ./things:/things
      - ./config/run.sh:/usr/local/bin/run.sh:ro
`;

async function convertDisk(write: (directory: string) => void, decisions = ""): Promise<TestStack> {
  const directory = await Deno.makeTempDir();
  try {
    for (const folder of ["config/many", "config/small", "things"]) {
      await Deno.mkdir(`${directory}/${folder}`, { recursive: true });
    }
    await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
    await Deno.writeTextFile(`${directory}/config/run.sh`, "#!/bin/sh\n", { mode: 0o755 });
    await Deno.writeTextFile(`${directory}/config/small/a.yml`, "a: 1\n");
    await Deno.writeTextFile(`${directory}/things/a.txt`, "a thing\n");
    write(directory);
    return await planTestStack({ directory, decisions });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function writeMany(directory: string): void {
  Deno.writeTextFileSync(`${directory}/config/big.dat`, "x".repeat(1024 * 1024 + 1));
  for (let number = 0; number < 300; number++) {
    Deno.writeTextFileSync(`${directory}/config/many/${number}.yml`, "x: 1\n");
  }
}

Deno.test("a file over 1 MiB is asked for with a ready line, and mounted from where it lies", async () => {
  const { conversion } = await convertDisk(writeMany);
  const question = conversion.findings.find(({ code }) => code === "kube-file-too-large");
  assert.equal(question?.severity, "question");
  assert.match(question?.message ?? "", /"\.\/config\/big\.dat" has 1048577 bytes/);
  assert.match(question?.hint ?? "", /storage: \{ "\.\/config\/big\.dat": \{ kind: data \} \}/);
  assert.match(podText(conversion), /"mountPath":"\/etc\/big\.dat","subPath":"big\.dat"/);
  assert.ok(volumePaths(conversion).some((path) => path.endsWith("/config")));
});

Deno.test("a directory with more than fits into a ConfigMap is a volume, and said so", async () => {
  const { conversion } = await convertDisk(writeMany);
  const warning = conversion.findings.find(({ code }) => code === "kube-directory-too-large");
  assert.match(warning?.message ?? "", /"\.\/config\/many"/);
  assert.ok(volumePaths(conversion).some((path) => path.endsWith("/config/many")));
});

const LINKED: readonly (readonly [string, string, RegExp])[] = [
  [
    "out of the directory",
    "../../secret.txt",
    /as "link" is a link that leads out of it: it stays where it is, on a volume/,
  ],
  ["to what is not there", "absent", /as "link" is a link to what is not there/],
  ["to a folder", ".", /as "link" is a link to a folder/],
];

for (const [where, target, message] of LINKED) {
  Deno.test(`a directory with a link ${where} is a volume, as in Docker, and the link is named`, async () => {
    const { conversion } = await convertDisk((directory) => {
      writeMany(directory);
      Deno.writeTextFileSync(`${directory}/secret.txt`, "x");
      Deno.symlinkSync(target, `${directory}/config/small/link`);
    });
    const warning = conversion.findings.find(({ message }) => message.includes('"./config/small"'));
    assert.equal(warning?.code, "kube-directory-too-large");
    assert.match(warning?.message ?? "", message);
    assert.ok(volumePaths(conversion).some((path) => path.endsWith("/config/small")));
  });
}

Deno.test("a small directory that nobody writes to is configuration, one that its program writes to is data", async () => {
  const { conversion } = await convertDisk(writeMany);
  const maps = conversion.configuration.map(({ object }) => object.metadata.name);
  assert.ok(maps.includes("small"), maps.join(" "));
  assert.ok(volumePaths(conversion).some((path) => path.endsWith("/things")));
});

Deno.test("modes of the disk are modes of the pod, as numbers", async () => {
  const { conversion } = await convertDisk(writeMany);
  assert.match(podText(conversion), /"key":"run\.sh","path":"run\.sh","mode":493/);
});

Deno.test("decisions overrule what a directory looks like", async () => {
  const { conversion } = await convertDisk(
    writeMany,
    "storage:\n  ./things: { kind: configuration }\n  ./config/small: { kind: data }\n  ./config/big.dat: { kind: skip }\n",
  );
  const maps = conversion.configuration.map(({ object }) => object.metadata.name);
  assert.deepEqual(maps, ["run.sh", "things"]);
  assert.ok(volumePaths(conversion).some((path) => path.endsWith("/config/small")));
  assert.doesNotMatch(podText(conversion), /big\.dat/);
});

Deno.test("a socket is asked for and not mounted", async () => {
  const listeners: Deno.Listener[] = [];
  try {
    const { conversion } = await convertDisk((directory) => {
      writeMany(directory);
      Deno.removeSync(`${directory}/config/run.sh`);
      listeners.push(
        Deno.listen({ transport: "unix", path: `${directory}/config/run.sh` }) as unknown as Deno.Listener,
      );
    });
    assert.equal(conversion.findings.find(({ code }) => code === "kube-bind-special")?.severity, "question");
    assert.doesNotMatch(podText(conversion), /run\.sh/);
  } finally {
    for (const listener of listeners) listener.close();
  }
});

function podText({ services }: TestStack["conversion"]): string {
  return JSON.stringify(services.get("app")?.workload[0]?.object);
}

function volumePaths({ storage }: TestStack["conversion"]): string[] {
  return storage.filter(({ object }) => object.kind === "PersistentVolume")
    .map(({ object }) => (object["spec"] as { local: { path: string } }).local.path);
}
