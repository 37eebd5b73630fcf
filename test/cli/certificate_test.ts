/** The default certificate as files: read from beside the decisions or the stack, and looked at before it is served. */
import assert from "node:assert/strict";
import { makeCertificate } from "../traefik/certificate.ts";
import { told, withFiles } from "./in_process.ts";

const DAY_MS = 24 * 3600 * 1000;

const STACK = {
  "compose.yaml": `
services:
  proxy:
    image: traefik:3.6
    command: ["--entrypoints.secure.address=:443", "--providers.docker.exposedbydefault=false"]
    ports: ["443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  web:
    image: nginx:1.27
    labels:
      traefik.enable: "true"
      traefik.http.routers.web.rule: Host(\`www.shop.localhost\`) || Host(\`shop.localhost\`)
      traefik.http.routers.web.entrypoints: secure
      traefik.http.routers.web.tls: "true"
`,
  "decisions.yaml":
    "defaultMigration: applications\ntraefik: { defaultCertificate: { certificate: tls/certificate.pem, key: tls/key.pem } }\n",
  "tls/": "",
};

async function findings(
  directory: string,
  now = new Date(),
  args: readonly string[] = [],
): Promise<{ code: number; found: string[]; text: string }> {
  const { code, out } = await told(directory, ["check", "--stack", directory, "-o", "json", ...args], {
    now,
  });
  const all: { code: string; severity: string; message: string }[] = JSON.parse(out).diagnostics;
  const found = all.filter((each) => /certificate/.test(each.code)).map((each) =>
    `${each.severity} ${each.code}`
  );
  return { code, found, text: out };
}

Deno.test("a certificate that fits is not spoken of", async () => {
  await withFiles(STACK, async (directory) => {
    await makeCertificate(`${directory}/tls`, ["shop.localhost", "*.shop.localhost"], 90);
    const { code, found, text } = await findings(directory);
    assert.deepEqual([code, found], [0, []], text);
  });
});

Deno.test("a certificate that is over, soon over, not yet valid or for other names is told", async () => {
  await withFiles(STACK, async (directory) => {
    await makeCertificate(`${directory}/tls`, ["shop.localhost", "*.www.shop.localhost"], 90);
    const later = (days: number): Date => new Date(Date.now() + days * DAY_MS);
    const names = "warning traefik-certificate-domain";
    for (
      const [days, code, found] of [
        [0, 0, [names]],
        [75, 0, ["warning traefik-certificate-expired", names]],
        [91, 3, ["error traefik-certificate-expired", names]],
        [-1, 3, ["error traefik-certificate-expired", names]],
      ] as const
    ) {
      const told = await findings(directory, later(days));
      assert.deepEqual([told.code, told.found.sort()], [code, [...found].sort()], `${days} days`);
    }
    const { text } = await findings(directory);
    assert.match(text, /not for \\"www\.shop\.localhost\\"/);
  });
});

Deno.test("another key, no key, no file and a key in place of a certificate are errors that show nothing", async () => {
  await withFiles({ ...STACK, "other/": "" }, async (directory) => {
    const missing = await findings(directory);
    assert.deepEqual([missing.code, missing.found], [3, [
      "error cli-certificate-file",
      "error cli-certificate-file",
    ]]);
    await makeCertificate(`${directory}/tls`, ["shop.localhost", "*.shop.localhost"], 90);
    await makeCertificate(`${directory}/other`, ["shop.localhost"], 90);
    const key = await Deno.readTextFile(`${directory}/tls/key.pem`);
    await Deno.copyFile(`${directory}/other/key.pem`, `${directory}/tls/key.pem`);
    const other = await findings(directory);
    assert.deepEqual([other.code, other.found], [3, ["error traefik-certificate-key"]]);
    await Deno.writeTextFile(`${directory}/tls/key.pem`, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
    const broken = await findings(directory);
    assert.deepEqual([broken.code, broken.found], [3, ["error traefik-certificate-unreadable"]]);
    await Deno.writeTextFile(`${directory}/tls/certificate.pem`, key);
    const swapped = await findings(directory);
    assert.deepEqual([swapped.code, swapped.found], [3, ["error traefik-certificate-unreadable"]]);
    const secret = key.split("\n")[1] ?? "";
    assert.ok(secret.length > 20 && !swapped.text.includes(secret));
  });
});

Deno.test("the files lie beside the decisions file, or in the stack's folder", async () => {
  await withFiles({ ...STACK, "elsewhere/tls/": "" }, async (directory) => {
    await Deno.rename(`${directory}/decisions.yaml`, `${directory}/elsewhere/decisions.yaml`);
    const args = ["--decisions", "elsewhere/decisions.yaml"];
    await makeCertificate(`${directory}/tls`, ["*.shop.localhost", "shop.localhost"], 90);
    assert.deepEqual((await findings(directory, new Date(), args)).found, []);
    // The nearer one counts.
    await makeCertificate(`${directory}/elsewhere/tls`, ["else.example"], 90);
    assert.deepEqual((await findings(directory, new Date(), args)).found, [
      "warning traefik-certificate-domain",
    ]);
  });
});
