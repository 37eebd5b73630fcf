/** ofelia's times and command lines, as robfig/cron and its own splitter read them. */
import { deepEqual, equal } from "node:assert/strict";
import { cronTimeOf } from "../../lib/kube/jobs/ofelia/schedule.ts";
import { wordsOf } from "../../lib/kube/jobs/ofelia/words.ts";

const TIMES: readonly (readonly [string, string | undefined, string?])[] = [
  ["@daily", "@daily"],
  ["@every 1h30m", "@every 1h30m", "counted from when the CronJob is made"],
  ["*/5 * * * *", "*/5 * * * *"],
  ["0 0 1 * * *", "0 1 * * *"],
  ["30 0 1 * * *", "0 1 * * *", "at the full minute"],
  ["*/15 * * * * *", "@every 15s"],
  ["*/15 0 1 * * *", "0 1 * * *", "once, at the full minute"],
  ["0 0 9 ? * MON-FRI", "0 9 ? * MON-FRI"],
  ["", undefined],
  ["sometimes", undefined],
  ["@reboot", undefined],
  ["* * *", undefined],
  ["0 0 1 * * * *", undefined],
];

Deno.test("times with and without seconds are a CronJob's, and what differs is told", () => {
  for (const [text, schedule, differs] of TIMES) {
    const time = cronTimeOf(text);
    deepEqual([time?.schedule, time?.differs], [schedule, differs], text);
  }
});

Deno.test("a command line is split at blanks, outside of quotes, and no sign of a shell counts", () => {
  deepEqual(wordsOf(`sh -c "a 'b' \\"c\\" && d" 'e "f"' g\\ h | i > j`), [
    "sh",
    "-c",
    `a 'b' "c" && d`,
    'e "f"',
    "g h",
    "|",
    "i",
    ">",
    "j",
  ]);
  deepEqual(wordsOf(`"" ''`), ["", ""]);
  equal(wordsOf("  ").length, 0);
});
