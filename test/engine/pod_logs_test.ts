import { equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { linesOf, openLogs } from "./pod_logs.ts";

Deno.test("lines are those that the program wrote, whole, without the one that is still written", () => {
  const text = [
    "2026-12-01T07:29:10.1Z stdout F one",
    "2026-12-01T07:29:10.2Z stdout P tw",
    "2026-12-01T07:29:10.3Z stderr F  [three]",
    "2026-12-01T07:29:10.4Z stdout F o",
    "2026-12-01T07:29:10.5Z stdout F ",
    "2026-12-01T07:29:10.6Z stdout F fo",
  ].join("\n");
  equal(linesOf(text), "one\n [three]\ntwo\n");
});

Deno.test("last words are read after the log has been taken away, of the container's last start", async () => {
  const root = await Deno.makeTempDir();
  const folder = join(root, "var/log/pods/shop_web-1_77/web");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.mkdir(join(root, "var/log/pods/shop-two_web-1_78/web"), { recursive: true });
  const log = join(folder, "10.log");
  await Deno.writeTextFile(join(folder, "9.log"), "2026-12-01T07:29:10.1Z stdout F crashed\n");
  await Deno.writeTextFile(log, "2026-12-01T07:29:10.2Z stdout F ahoy\n");
  {
    using logs = await openLogs({ root }, "shop");
    equal(await logs.of("web-1", "web"), "ahoy");
    await Deno.writeTextFile(log, "2026-12-01T07:29:10.3Z stdout F farewell\n", { append: true });
    await Deno.remove(root, { recursive: true });
    equal(await logs.of("web-1", "web"), "ahoy\nfarewell");
    await rejects(logs.of("web-1", "other"), /"other" of pod "web-1" has no log/);
  }
});
