import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { KNOWN_OPEN } from "./known_open.ts";
import { BY_NATURE, isByNature, whyByNature } from "./nature.ts";

const PAGE = join(import.meta.dirname ?? "", "../../docs/fidelity.md");

Deno.test("docs/fidelity.md has every rule by nature and every open kind, with its reason", async () => {
  const text = (await Deno.readTextFile(PAGE)).replaceAll(/\s+/g, " ");
  const missing = [...BY_NATURE.map(({ reason }) => reason), ...KNOWN_OPEN.map(({ what }) => what)]
    .filter((reason) => !text.includes(reason));
  deepEqual(missing, []);
});

Deno.test("no kind is both open and by nature", () => {
  const samples = ["rights.Seccomp", "uid", "env.HOME", "args", "mount./data.writable", "name.db"];
  for (const aspect of samples) {
    equal(whyByNature(aspect), undefined, `${aspect} is compared`);
  }
});

Deno.test("what differs by nature in one direction is a difference in the other", () => {
  ok(isByNature("mount./tmp.noexec", "yes", undefined));
  ok(!isByNature("mount./tmp.noexec", undefined, "yes"));
  ok(isByNature("namespace.uts", "its own", "the machine's"));
  ok(!isByNature("namespace.uts", "the machine's", "its own"));
  ok(isByNature("sysctl.net.ipv4.ip_forward", "0", "1"));
  ok(!isByNature("sysctl.net.ipv4.ip_forward", "1", "0"));
  ok(isByNature("name.db", "unknown", "db"));
  ok(!isByNature("name.db", "db", "unknown"));
  ok(!isByNature("port.db.5432/tcp", "nobody", "db"));
});
