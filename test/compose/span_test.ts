/** Where values of the canonical form were written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { load, type Path } from "../../compose/mod.ts";

const FILES: Readonly<Record<string, string>> = {
  "compose.yaml": `x-common: &common
  restart: always
services:
  web:
    <<: *common
    image: nginx
    environment:
      - A=1
      - B=2
    labels:
      traefik.enable: true
    ports:
      - 80:80
      - "90-91:90-91"
    networks: [front]
    env_file: web.env
    depends_on:
      - db
  db:
    image: mysql
    volumes:
      - data:/var/lib/mysql
volumes:
  data:
networks:
  front:
`,
  "over.yaml": "services:\n  web:\n    image: httpd\n    labels:\n      - other=1\n",
  "web.env": "# variables\nFROM_FILE=1\nA=file\n",
};

/** A path in the canonical form, and `file:line:column` with the text that stands there. */
const PLACES: readonly (readonly [Path, string, string])[] = [
  [["services", "web", "image"], "over.yaml:3:12", "httpd"],
  [["services", "web", "restart"], "compose.yaml:2:12", "always"],
  [["services", "web", "environment", "A"], "compose.yaml:8:9", "A=1"],
  [["services", "web", "environment", "FROM_FILE"], "web.env:2:1", "FROM_FILE"],
  [["services", "web", "labels", "traefik.enable"], "compose.yaml:11:7", "traefik.enable: true"],
  [["services", "web", "labels", "other"], "over.yaml:5:9", "other=1"],
  [["services", "web", "ports", 0], "compose.yaml:13:9", "80:80"],
  [["services", "web", "ports", 2, "target"], "compose.yaml:14:9", '"90-91:90-91"'],
  [["services", "web", "networks", "front"], "compose.yaml:15:16", "front"],
  [["services", "web", "depends_on", "db"], "compose.yaml:18:9", "db"],
  [["services", "web", "depends_on", "db", "condition"], "compose.yaml:18:9", "db"],
  [["services", "web", "env_file", 0], "compose.yaml:16:15", "web.env"],
  [["services", "db", "volumes", 0, "source"], "compose.yaml:22:9", "data:/var/lib/mysql"],
  [["services", "db", "image", "deeper"], "compose.yaml:20:12", "mysql"],
  [["services", "db"], "compose.yaml:19:3", "db"],
  [["volumes", "data"], "compose.yaml:24:3", "data"],
];

Deno.test("Project.span() finds where a value was written", async () => {
  const directory = await Deno.makeTempDir({ prefix: "span" });
  for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(join(directory, name), text);
  const { project } = await load({ directory, files: ["compose.yaml", "over.yaml"], environment: {} });
  assert.ok(project);
  for (const [path, place, written] of PLACES) {
    const span = project.span(path);
    assert.ok(span, path.join("."));
    assert.equal(`${span.file}:${span.line}:${span.column}`, place, path.join("."));
    const line: string = FILES[span.file]?.split("\n")[span.line - 1] ?? "";
    assert.equal(line.slice(span.column - 1, (span.endColumn ?? 0) - 1), written, path.join("."));
  }
  assert.equal(project.span(["nothing"]), undefined);
  await Deno.remove(directory, { recursive: true });
});
