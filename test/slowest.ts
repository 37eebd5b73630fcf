/** `deno task slowest LOG`: the twenty tests that took longest, of the output of `.ci/run` or of any test task. */

interface Timed {
  readonly name: string;
  readonly seconds: number;
}

const MOST = 20;

const [path] = Deno.args;
if (path === undefined) {
  throw new Error("Name the file with the output of tests: deno task slowest ci.log");
}
const rows = timedOf(await Deno.readTextFile(path))
  .toSorted((one, other) => other.seconds - one.seconds)
  .slice(0, MOST)
  .map(({ name, seconds }) => `| ${name} | ${seconds} |\n`);
Deno.stdout.writeSync(
  new TextEncoder().encode(`| test | seconds |\n| ---- | ------- |\n${rows.join("")}`),
);

/** Deno's closing lines of tests, not of their steps: `NAME ... ok (1m2s)`, or `FILE => NAME ... ok (2s)`. */
function timedOf(text: string): readonly Timed[] {
  // deno-lint-ignore no-control-regex
  const plain = text.replaceAll(/\x1b\[[0-9;]*m/g, "");
  return [...plain.matchAll(/^(?:\S+ => )?(\S.*) \.\.\. (?:ok|FAILED) \((?:(\d+)m)?(\d+)s\)$/gm)].map(
    ([, name = "", minutes = "0", seconds = "0"]) => ({
      name: name.replaceAll("|", "\\|"),
      seconds: Number(minutes) * 60 + Number(seconds),
    }),
  );
}
