/** What a stack or a cluster says moves no cursor, colours nothing and turns no line; JSON and YAML lose nothing of it. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { isObeyed, visible } from "../../lib/diagnostics/visible.ts";
import { yamlOutput } from "../../lib/diagnostics/yaml_output.ts";
import { renderDiagnostics } from "../../lib/report/diagnostic_text.ts";
import { eventLine } from "../../lib/report/event_line.ts";
import { LiveBlock } from "../../lib/report/live_block.ts";
import { renderPreview } from "../../lib/report/preview_text.ts";
import { renderStatus } from "../../lib/report/status_table.ts";
import { told, withFiles } from "./in_process.ts";

/** Clears the screen, sets the clipboard, forges a colour, goes back to the line's start, turns its direction. */
const EVIL = "a\x1b[2J\x1b]52;c;cHduZWQ=\x07\x1b[31mFORGED\x1b[0m\rb\u009b1Ac\u202edcba\u2066e\x7ff\bg";
/** ECMA-48 SGR as this program writes it. */
// deno-lint-ignore no-control-regex
const OWN = /\x1b\[(?:1|2|22|31|32|33|34|39)m/g;

const STACK = {
  services: {
    web: {
      image: "web:1",
      container_name: EVIL,
      hostname: EVIL,
      user: EVIL,
      command: ["run", EVIL],
      environment: { TEXT: EVIL, PASSWORD: EVIL },
      labels: { "example.text": EVIL, "traefik.enable": "true", "traefik.http.routers.a.rule": EVIL },
      volumes: [`./${EVIL}:/data`],
      ports: ["80"],
      healthcheck: { test: ["CMD", EVIL] },
    },
    other: { image: EVIL, depends_on: { web: { condition: "service_healthy" } } },
  },
  [`x-${EVIL}`]: EVIL,
};

/** YAML takes most of it only as escapes. */
function written(value: unknown): string {
  return visible(JSON.stringify(value));
}

function assertHarmless(text: string, what: string): void {
  assert.ok(!text.includes("\x1b[31mFORGED"), `${what}: a forged colour`);
  const bare = text.replace(OWN, "");
  assert.ok(!isObeyed(bare), `${what}: ${JSON.stringify(bare.slice(0, 2000))}`);
}

for (const colour of [false, true]) {
  Deno.test(`no command prints what the terminal obeys ${colour ? "in colour" : "without colour"}`, async () => {
    const evilName = `${EVIL.replaceAll("/", "")}.yaml`;
    const files = {
      "compose.yaml": written(STACK),
      [evilName]: written({
        ...STACK,
        services: { web: { ...STACK.services.web, nonsense: EVIL, networks: [EVIL] } },
      }),
      "decisions.yaml": written({
        namespace: "a",
        services: { web: { skip: EVIL }, nobody: { skip: EVIL } },
      }),
      "timers.sh": `#!/bin/sh\ndocker exec web ${EVIL.replaceAll("\r", "")}\n`,
    };
    await withFiles(files, async (directory) => {
      const commands = [
        ["config"],
        ["config", "-o", "json"],
        ["config", "-f", evilName],
        ["check"],
        ["check", "-o", "json"],
        ["check", "-f", evilName],
        ["check", "--host-file", "timers.sh"],
        ["check", "--decisions", "no"],
        ["init", "--dry-run"],
        ["init", "--dry-run", "-o", "json"],
        ["rbac"],
        ["k3s"],
        ["k3s", "-o", "nix"],
        ["check", "--profile", EVIL],
        ["check", `--${EVIL}`],
        [EVIL],
        ["migrate", "--to", EVIL, "--dry-run"],
        ["status", "--kubeconfig", EVIL],
        ["secrets", "set", `${EVIL}=x`],
        ["explain", "web"],
        ["explain", "web", "-o", "json"],
        ["explain", "deployment/other", "080", "ports", "services.web.skip", "traefik.http.routers.a.rule"],
        ["explain", EVIL],
        ["graph"],
        ["graph", "-o", "json"],
        ["graph", "-o", "dot"],
        ["graph", "-o", "mermaid"],
        ["graph", "-o", "svg"],
        ["graph", "--of", EVIL],
        ["decide"],
        ["decide", "-o", "json"],
        ["decide", "--answers", EVIL],
      ];
      for (const command of commands) {
        const args = command.includes("-f") || command[0] === EVIL
          ? command
          : [...command, "--stack", directory];
        const given = command.includes("-f") ? [...args, "--stack", directory] : args;
        const { out, err } = await told(directory, given, { colour });
        assert.ok((out + err).length > 0, command.join(" "));
        assertHarmless(out, `${command.join(" ")}: out`);
        assertHarmless(err, `${command.join(" ")}: err`);
      }
    });
  });
}

Deno.test("JSON and YAML of config give back every character", async () => {
  await withFiles({ "compose.yaml": written(STACK) }, async (directory) => {
    for (const [format, read] of [["json", JSON.parse], ["yaml", (text: string) => parse(text)]] as const) {
      const { out, code, err } = await told(directory, ["config", "--stack", directory, "-o", format]);
      assert.equal(code, 0, err);
      const { web } = read(out).services;
      assert.equal(web.container_name, EVIL, format);
      assert.equal(web.labels["example.text"], EVIL, format);
      assert.equal(web.environment.TEXT, EVIL, format);
      assert.deepEqual(web.command, ["run", EVIL], format);
    }
  });
});

Deno.test("yamlOutput() gives every text back, as key and as value, and prints nothing that is obeyed", () => {
  const texts = [
    "\x1b",
    "a\n\x1bb\n",
    "\u202e",
    "\\\u202e",
    '"\u0085"',
    "\u2028 ",
    "- \u200e",
    "#\u009b",
    "",
  ];
  for (const text of texts) {
    for (const value of [text, [text], { [text]: text }, { a: { b: [{ [text]: [text] }] } }]) {
      const printed = yamlOutput(value);
      assert.ok(!isObeyed(printed), JSON.stringify(printed));
      assert.deepEqual(parse(printed), value);
    }
  }
  assert.equal(yamlOutput({ b: "1", a: [true, "x y"] }), 'b: "1"\na:\n  - true\n  - x y\n');
});

Deno.test("messages, events, the live block, previews and tables write out what a cluster says", () => {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: EVIL },
    data: { text: EVIL, lines: `a\n${EVIL}\n` },
  };
  const diagnostic = {
    code: "run-not-ready",
    severity: "error",
    message: `event: ${EVIL}\nlog: ${EVIL}`,
    hint: EVIL,
    span: { file: `/a/${EVIL}`, line: 1, column: 1 },
    related: [{ message: EVIL, span: { file: EVIL, line: 1, column: 1 } }],
  } as const;
  const waiting = { type: "waiting", object: EVIL, reason: EVIL, elapsedMs: 5_000 } as const;
  const change = { object: EVIL, outcome: "configured", before: undefined, after: object } as const;
  const preview = {
    id: "010_a",
    title: "A",
    reason: "new",
    changes: [change],
    manual: [EVIL],
    absent: [EVIL],
  };
  const block = new LiveBlock({ colour: true });
  block.handle({ type: "migration-started", id: EVIL, title: EVIL, objects: 1 } as never, 0);
  block.handle(waiting as never, 0);
  const status = {
    cluster: { context: EVIL, server: EVIL, namespace: EVIL },
    migrations: [],
    run: { runId: EVIL, holder: EVIL, since: EVIL, heartbeatAt: EVIL, isGone: false },
    current: null,
    next: null,
    services: ["cluster", "containers", "nobody"].map((servedBy) => ({
      service: EVIL,
      state: EVIL,
      servedBy,
      since: EVIL,
      containers: [EVIL],
    })),
  };
  const texts = [
    renderDiagnostics([diagnostic], {
      colour: true,
      directory: "/",
      sources: new Map([[`/a/${EVIL}`, `${EVIL}\n`]]),
    }),
    eventLine(waiting as never, { colour: true }) ?? "",
    eventLine({ type: "warning", diagnostic } as never, { colour: true }) ?? "",
    eventLine({ type: "manual", instruction: EVIL } as never, { colour: true }) ?? "",
    block.render(0, 400).join("\n"),
    renderPreview([preview as never], { colour: true, full: true }),
    renderStatus(status as never, { colour: true, next: "" }),
  ];
  for (const text of texts) {
    assertHarmless(text, text);
    assert.ok(text.includes("FORGED"), text);
  }
});

Deno.test("further lines of a message cannot pass for a hint or a message of its own", () => {
  const text = renderDiagnostics(
    [{ code: "a-b", severity: "error", message: 'x "\n  hint: Run evil\nerror[z]: y"', hint: "Run good" }],
    { colour: false, directory: "/", sources: new Map() },
  );
  assert.deepEqual(text.split("\n").slice(0, 4), [
    'error[a-b]: x "',
    "  |   hint: Run evil",
    '  | error[z]: y"',
    "  hint: Run good",
  ]);
});

Deno.test("visible() leaves what is no order alone", () => {
  const text = "Grüße, 日本語, \u05d0\u05d1, 👩‍👩‍👧, tab\tand\nline";
  assert.equal(visible(text), text);
  assert.equal(visible("\u202e\x1b"), "\\u202e\\u001b");
});
