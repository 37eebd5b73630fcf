import { equal } from "node:assert/strict";
import { linesOf } from "./pod_logs.ts";

Deno.test("lines are those of one container of one pod, as it wrote them", () => {
  const text =
    "[pod/web-1/web] one\n[pod/web-1/init] two\n[pod/web-12/web] three\n[pod/web-1/web]  [pod/x/y] four\n";
  equal(linesOf(text, "web-1", "web"), "one\n [pod/x/y] four");
});
