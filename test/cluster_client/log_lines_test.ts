import assert from "node:assert/strict";
import { logLines } from "../../lib/cluster/log_lines.ts";

Deno.test("logLines() keeps what a container wrote, and not what the kubelet says in its place", () => {
  assert.deepEqual(logLines("one\n\ntwo\n"), ["one", "two"]);
  assert.deepEqual(logLines("unable to retrieve container logs for containerd://d0109f"), []);
});
