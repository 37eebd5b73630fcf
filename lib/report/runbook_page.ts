/** The runbook as a page: written for who does it once, at night, and has not slept. */
import { sumOf } from "./crossing_text.ts";
import { plural } from "../diagnostics/plural.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { durationRange, shortDuration } from "../values/duration.ts";
import { line, type Runbook, type RunbookMove, type RunbookStep } from "../views/runbook.ts";
import { backupWords } from "./backup_text.ts";
import { type Block, blocksToHtml, blocksToMarkdown, type Inline } from "./blocks.ts";

const BLANK = "..............";

export function renderRunbookMarkdown(runbook: Runbook): string {
  return blocksToMarkdown(pageOf(visibleAll(runbook)));
}

export function renderRunbookHtml(runbook: Runbook): string {
  const shown = visibleAll(runbook);
  return blocksToHtml(titleOf(shown), pageOf(shown));
}

function titleOf({ project }: Runbook): string {
  return `Runbook: ${project} moves from Docker to Kubernetes`;
}

function pageOf(runbook: Runbook): readonly Block[] {
  return [
    { kind: "heading", level: 1, text: titleOf(runbook) },
    ...summary(runbook),
    ...trouble(runbook),
    ...before(runbook),
    ...runbook.steps.flatMap((step, index) => stepBlocks(step, index + 1, runbook)),
    ...after(runbook),
  ];
}

function summary({ steps, isSeen, rehearsed }: Runbook): readonly Block[] {
  const moves = steps.flatMap((step) => step.moves);
  const sum = sumOf(moves);
  const measured = moves.filter(({ outage }) => outage.rehearsed !== undefined).length;
  const source = rehearsed === undefined
    ? "There was no rehearsal: every time below is an estimate."
    : `Rehearsed on ${rehearsed.slice(0, 10)}: ${measured} of ${
      plural(moves.length, "service")
    } measured, the others estimated.`;
  return [
    paragraph(
      `${plural(moves.length, "service")} in ${plural(steps.length, "step")}, one after the other; ` +
        `about ${
          durationRange(sum.leastMs, sum.mostMs)
        } of outages in all, each of its own service alone. ${source}`,
    ),
    ...(isSeen ? [] : [paragraph(
      "No container of the stack was seen on this machine: names and times to end are those of the files. " +
        "Write this page again on the machine where the stack runs.",
    )]),
  ];
}

function trouble({ backAll, flags, contacts }: Runbook): readonly Block[] {
  return [
    heading(2, "If something goes wrong"),
    {
      kind: "list",
      items: [
        [
          "A command failed, or you pressed Ctrl-C: nothing is lost. Read its last lines, then run the same " +
          "command again. It continues where it stopped.",
        ],
        ["You do not know where you are: ", code(line("status", flags))],
        [
          "Never run both at once: start no container that was stopped for the move, and no ",
          code("docker compose up"),
        ],
        ...backAll === undefined ? [] : [["Give up and take everything back: ", code(backAll)]],
      ],
    },
    paragraph(`Call: ${contacts === undefined ? BLANK : contacts.trim().replaceAll("\n", ", ")}`),
  ];
}

function before({ flags, contacts, directories, steps, rehearsed }: Runbook): readonly Block[] {
  const moves = steps.flatMap((step) => step.moves);
  return [
    heading(2, "Before"),
    {
      kind: "checks",
      items: [
        ["You are root on the node, in ", code("screen"), " or ", code("tmux"), "."],
        ["No errors, and no question that matters: ", code(line("check", flags))],
        ["Images are on the node, and there is room for them: ", code(line("images", flags))],
        rehearsed === undefined
          ? ["Rehearsed: ", code(line("rehearse", flags)), ", then write this page again"]
          : [`Rehearsed on ${rehearsed.slice(0, 10)}; nothing was changed in the stack since.`],
        ["What Docker answers is written down: ", code(line("verify", flags, "-o json > before.json"))],
        ["Nothing is refused: ", code(line("migrate", flags, "--cross --dry-run"))],
        [
          `Users know when it begins, and which services are down for how long (${moves.length} below): `,
          contacts === undefined ? BLANK : contacts.trim().replaceAll("\n", ", "),
        ],
      ],
    },
    ...(directories.length === 0 ? [] : [
      paragraph(
        "Data stays where it is, and both sides use it one after the other. A backup of each, younger than a day:",
      ),
      {
        kind: "table",
        heads: ["directory", "of", "newest backup", "room left"],
        rows: directories.map(({ path, services, backup }) => [
          [code(path)],
          [services.join(", ")],
          [backup === undefined ? BLANK : backupWords(backup)],
          [BLANK],
        ]),
      } as const,
      commands([`df -h ${directories.map(({ path }) => shellWord(path)).join(" ")}`]),
    ]),
  ];
}

function stepBlocks(step: RunbookStep, number: number, { flags }: Runbook): readonly Block[] {
  const { titles, whys, command, moves, starts, manual, ports, back } = step;
  const isQuiet = moves.length === 0 && ports.length === 0;
  return [
    heading(2, `Step ${number}: ${titles.join("; ")}`),
    ...(isQuiet
      ? [paragraph(starts.length === 0 ? "Nothing stops, and nobody notices." : "Nothing stops.")]
      : whys.map((why) => paragraph(why))),
    commands([command]),
    ...(moves.length === 0 ? [] : [movesTable(moves)]),
    ...(starts.length === 0 ? [] : [paragraph(`Also starts: ${starts.join(", ")}`)]),
    ...(ports.length === 0 ? [] : [paragraph(
      `Ports of the node lead to the cluster from here on: ${
        ports.join(", ")
      }. Every route is asked before and ` +
        "after; where the answers do not come, the ports go back by themselves.",
    )]),
    ...manual.map((text) => paragraph(`By hand: ${text}`)),
    {
      kind: "checks",
      items: [
        ["Its last line says that it was applied; ", code(line("status", flags)), " has no red line"],
        ...(isQuiet ? [] : [["Looked at by eye: " + BLANK]]),
      ],
    },
    ...(back === undefined ? [] : [paragraph("Back to before this step: ", code(back))]),
  ];
}

function movesTable(moves: readonly RunbookMove[]): Block {
  return {
    kind: "table",
    heads: ["service", "what happens", "nobody serves it for", "back alone"],
    rows: moves.map((move) => [[code(move.service)], whatHappens(move), [outageOf(move)], [
      code(move.back),
      ...(move.backSeconds === undefined
        ? []
        : [` (${shortDuration(move.backSeconds * 1_000)} in the rehearsal)`]),
    ]]),
  };
}

function whatHappens({ mode, containers, state }: RunbookMove): readonly Inline[] {
  if (state === "verified") return ["has moved"];
  const stops = containers.flatMap(({ name, signal, within }): Inline[] => [
    code(name),
    ` stops (${signal}, has ${within} s)`,
  ]);
  return mode === "overlap"
    ? ["its pod starts; when it is ready ", ...stops]
    : [...stops, "; nothing uses its directories any more; its pod starts"];
}

function outageOf({ mode, outage }: RunbookMove): string {
  const { expectedMs, mostMs, rehearsed, rehearsedMs = expectedMs } = outage;
  if (rehearsed !== undefined) {
    return `${durationRange(expectedMs, rehearsedMs)} (rehearsed)`;
  }
  if (mode === "overlap") return "0 s (both sides serve)";
  return `about ${shortDuration(expectedMs)}, at most ${shortDuration(mostMs)} (estimated)`;
}

function after({ flags, project, staying, steps }: Runbook): readonly Block[] {
  const stopped = steps.some(({ moves }) => moves.length > 0);
  return [
    heading(2, "After"),
    {
      kind: "checks",
      items: [
        ["Everything answers as before: ", code(line("verify", flags, "--against before.json"))],
        ["A backup ran in the cluster, and was checked: " + BLANK],
        ["Told that it is over: " + BLANK],
      ],
    },
    ...(stopped
      ? [paragraph(
        "The old containers stay, stopped: they are the way back, for weeks if you like. Until you give it up, not: ",
        code("docker compose up --force-recreate"),
        ", ",
        code("docker compose down -v"),
        ", ",
        code("docker volume prune -a"),
        `; they make a second server on the data of ${project}, or delete it. Before Docker is removed, data of named volumes gets another place: `,
        code(line("relocate", flags, "--to DIR")),
      )]
      : []),
    ...(Object.keys(staying).length === 0 ? [] : [
      paragraph("These stay in Docker:"),
      {
        kind: "list",
        items: Object.entries(staying).map(([service, why]) => [code(service), `: ${why}`]),
      } as const,
    ]),
  ];
}

function heading(level: 1 | 2 | 3, text: string): Block {
  return { kind: "heading", level, text };
}

function paragraph(...words: readonly Inline[]): Block {
  return { kind: "paragraph", words };
}

function commands(lines: readonly string[]): Block {
  return { kind: "commands", lines };
}

function code(text: string): Inline {
  return { code: text };
}
