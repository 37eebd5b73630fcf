import assert from "node:assert/strict";
import { fc } from "../chance.ts";
import { imageRepository, imageTag, knownImage } from "../../lib/stack/known_images.ts";
import { isAnnotationKey, isServiceName, label, labelValue, subdomain } from "../../lib/stack/names.ts";
import { expandPorts, parsePort } from "../../lib/stack/ports.ts";
import { looksLikeFile, senseOf } from "../../lib/stack/storage/path_words.ts";
import { byteQuantity, bytes, cpuQuantity, fileMode, seconds } from "../../lib/kube/workload/units.ts";

/** A function's name, the calls and what each gives. */
function table<A, B>(name: string, give: (input: A) => B, rows: readonly (readonly [A, B])[]): void {
  Deno.test(name, () => {
    for (const [input, want] of rows) assert.deepEqual(give(input), want, JSON.stringify(input));
  });
}

table("seconds() rounds up to whole seconds", seconds, [
  ["1m30s", 90],
  ["500ms", 1],
  ["1h0m0s", 3600],
  ["1.5s", 2],
  ["1d12h", 129600],
  ["0", 0],
  ["0s", 0],
  ["", undefined],
  ["soon", undefined],
  [undefined, undefined],
]);

table("bytes() counts in powers of 1024", bytes, [
  ["64m", 67108864],
  ["1.5g", 1610612736],
  ["1 GiB", 1073741824],
  ["1073741824", 1073741824],
  ["5kb", 5120],
  ["x", undefined],
  [undefined, undefined],
]);

table("byteQuantity() takes the largest unit without a rest", byteQuantity, [
  [1073741824, "1Gi"],
  [1610612736, "1536Mi"],
  [1000, "1000"],
  [1024, "1Ki"],
]);

table("cpuQuantity() is whole or in thousandths", cpuQuantity, [
  ["0.5", "500m"],
  [2, "2"],
  ["1.25", "1250m"],
  ["0", undefined],
  ["x", undefined],
]);

table("fileMode() takes octal text and numbers", fileMode, [
  ["0440", 0o440],
  ["0o600", 0o600],
  ["755", 0o755],
  [288, 288],
  [undefined, undefined],
  ["rw", undefined],
]);

table("expandPorts() takes single ports, ranges and protocols", expandPorts, [
  ["80", [{ port: 80, protocol: "TCP" }]],
  ["53/udp", [{ port: 53, protocol: "UDP" }]],
  ["90-92/sctp", [90, 91, 92].map((port) => ({ port, protocol: "SCTP" as const }))],
  ["92-90", []],
  ["x", []],
]);

table("parsePort() reads decisions", parsePort, [
  [8011, { port: 8011, protocol: "TCP" }],
  ["3478/udp", { port: 3478, protocol: "UDP" }],
]);

table("imageRepository() leaves registry prefixes of Docker Hub, tag and digest out", imageRepository, [
  ["nginx", "nginx"],
  ["docker.io/library/nginx:1.27", "nginx"],
  ["registry.example:5000/app", "registry.example:5000/app"],
  ["registry.example:5000/app:1@sha256:00", "registry.example:5000/app"],
]);

table("imageTag() is the tag or the digest", imageTag, [
  ["nginx", undefined],
  ["registry.example:5000/app", undefined],
  ["registry.example:5000/app:1", "1"],
  ["nginx@sha256:00", "sha256:00"],
]);

table("knownImage() knows variants", (image: string) => knownImage(image)?.exposedPorts, [
  ["wordpress:6-fpm", [9000]],
  ["wordpress", [80]],
  ["rabbitmq:3", [4369, 5671, 5672, 15691, 15692, 25672]],
  ["rabbitmq:3-management", [4369, 5671, 5672, 15671, 15672, 15691, 15692, 25672]],
  ["registry.example/nginx", undefined],
]);

const senseAt = ([path, ...targets]: readonly string[]): string => senseOf(path ?? "", targets);
table("senseOf() goes by the first telling word of the host's path, then by the container's", senseAt, [
  [["data/faf-db", "/var/lib/mysql"], "data"],
  [["config/faf-db/data.cnf", "/etc/x"], "configuration"],
  [["data/x/config", "/etc/x"], "data"],
  [["things", "/etc/things"], "configuration"],
  [["things", "/var/lib/things"], "data"],
  [["things", "/things"], "unknown"],
  [["nginx.conf.d", "/x"], "unknown"],
  [["my-data/x", "/x"], "data"],
]);

const fileAt = ([path, ...targets]: readonly string[]): boolean => looksLikeFile(path ?? "", targets);
table("looksLikeFile() goes by the extension on either side", fileAt, [
  [["config/app.yml", "/x"], true],
  [["config/app", "/etc/app.conf"], true],
  [["config/conf.d", "/etc/conf.d"], false],
  [["data/things", "/things"], false],
]);

Deno.test("label() is a DNS label for any name, and the same for the same", () => {
  fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 120 }), (name) => {
    const made = label(name);
    assert.match(made, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    assert.equal(label(name), made);
    assert.equal(label(made), made);
  }));
});

Deno.test("label() tells long names apart", () => {
  const long = "x".repeat(70);
  assert.notEqual(label(`${long}a`), label(`${long}b`));
});

Deno.test("subdomain(), labelValue() and isAnnotationKey() hold to Kubernetes' grammar", () => {
  fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 300 }), (text) => {
    assert.match(subdomain(text), /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    assert.ok(subdomain(text).length <= 253);
    assert.match(labelValue(text), /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
  }));
  assert.ok(isAnnotationKey("example.org/team") && isAnnotationKey("loki_retention"));
  assert.ok(!isAnnotationKey("bad key!") && !isAnnotationKey("/x") && !isAnnotationKey("a/"));
  assert.ok(
    isServiceName("faf-db") && !isServiceName("1st") && !isServiceName("my_db") && !isServiceName("a.b"),
  );
});
