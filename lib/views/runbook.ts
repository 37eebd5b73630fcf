/** The night of a crossing as data: what is to be looked at before, its steps in order, and the way back of each. Pure. */
import { shellWord } from "../diagnostics/shell_word.ts";
import { type PlannedMigration, plannedObjects } from "../migration/step.ts";
import type { Backup } from "../run/backups.ts";
import type { PlannedCutover } from "../run/crossing_plan.ts";
import { list, record } from "../values/json.ts";

/** What the page is made of. */
export interface RunbookInput {
  readonly project: string;
  readonly namespace: string;
  /** The flags by which the reader's commands find the same stack and cluster, ready for a shell; may be empty. */
  readonly flags: string;
  /** Whom to tell, as decided. */
  readonly contacts?: string;
  /** All, in order, with a cutover for each service that can cross. */
  readonly migrations: readonly PlannedMigration[];
  /** In order. */
  readonly crossing: readonly PlannedCutover[];
  /** Whether an engine of this machine told what runs; else it is what the files would start. */
  readonly isSeen: boolean;
  /** Seconds that the way back took in the rehearsal, by service. */
  readonly backSeconds: Readonly<Record<string, number>>;
  /** Why each of those stays in compose. */
  readonly staying: Readonly<Record<string, string>>;
  /** Names of the Services that take ports of the node. */
  readonly front: ReadonlySet<string>;
}

/** One service in a step. */
export interface RunbookMove extends PlannedCutover {
  readonly back: string;
  readonly backSeconds?: number;
}

/** Migrations that are applied by one command. */
export interface RunbookStep {
  /** Their titles. */
  readonly titles: readonly string[];
  readonly whys: readonly string[];
  readonly command: string;
  readonly moves: readonly RunbookMove[];
  /** Jobs that run to their end, and services that start anew. */
  readonly starts: readonly string[];
  /** What a person does. */
  readonly manual: readonly string[];
  /** Ports of the node that lead to the cluster from here on. */
  readonly ports: readonly string[];
  /** Takes all of the step back; absent where it stopped nothing. */
  readonly back?: string;
}

/** The page. Nothing in it is secret. */
export interface Runbook {
  readonly project: string;
  readonly namespace: string;
  readonly flags: string;
  readonly contacts?: string;
  readonly isSeen: boolean;
  /** When the outages were rehearsed: ISO 8601. */
  readonly rehearsed?: string;
  /** Directories that services write to, with whom, and the newest backup that is known of. */
  readonly directories: readonly {
    readonly path: string;
    readonly services: readonly string[];
    readonly backup?: Backup;
  }[];
  readonly steps: readonly RunbookStep[];
  readonly staying: Readonly<Record<string, string>>;
  /** Takes everything back, the front first. */
  readonly backAll?: string;
}

/** Migrations that stop nobody are one step with their neighbours of the kind; every other is a step of its own. */
export function runbookOf(input: RunbookInput): Runbook {
  const { project, namespace, flags, contacts, isSeen, staying, crossing } = input;
  const rehearsed = crossing.flatMap(({ outage }) => outage.rehearsed ?? [])[0];
  const groups = grouped(input);
  const steps = groups.map((group, index) => stepOf(group, groups[index - 1]?.at(-1), input));
  const quiet = groups[0]?.every((one) => !isLoud(one, input)) ? groups[0].at(-1) : undefined;
  return {
    project,
    namespace,
    flags,
    ...(contacts === undefined ? {} : { contacts }),
    isSeen,
    ...(rehearsed === undefined ? {} : { rehearsed }),
    directories: directoriesOf(crossing),
    steps,
    staying,
    ...(quiet === undefined ? {} : { backAll: rollbackTo(quiet, flags) }),
  };
}

function grouped(input: RunbookInput): readonly (readonly PlannedMigration[])[] {
  const groups: PlannedMigration[][] = [];
  for (const migration of input.migrations.filter(({ steps }) => steps.length > 0)) {
    const last = groups.at(-1);
    const isAlone = isLoud(migration, input) || last === undefined || last.some((one) => isLoud(one, input));
    if (isAlone) groups.push([migration]);
    else last.push(migration);
  }
  return groups;
}

/** Whether somebody outside may notice it. */
function isLoud(migration: PlannedMigration, { crossing, front }: RunbookInput): boolean {
  return crossing.some((one) => one.migration === migration.id) || frontPorts(migration, front).length > 0;
}

function stepOf(
  group: readonly PlannedMigration[],
  before: PlannedMigration | undefined,
  input: RunbookInput,
): RunbookStep {
  const { flags, crossing, backSeconds, front } = input;
  const ids = new Set(group.map(({ id }) => id));
  const moves = crossing.filter(({ migration }) => ids.has(migration)).map((one): RunbookMove => ({
    ...one,
    back: line("rollback", flags, `--service ${shellWord(one.service)}`),
    ...(backSeconds[one.service] === undefined ? {} : { backSeconds: backSeconds[one.service] ?? 0 }),
  }));
  const last = group.at(-1);
  const isLast = last?.id === input.migrations.filter(({ steps }) => steps.length > 0).at(-1)?.id;
  const to = isLast || last === undefined ? "" : `--to ${numberOf(last)}`;
  const hasBack = before !== undefined && group.some((one) => isLoud(one, input));
  return {
    titles: group.map(({ id, title }) => `${numberOf({ id })} ${title}`),
    whys: group.map(({ why }) => why),
    command: line("migrate", flags, `--cross ${to}`.trim()),
    moves,
    starts: group.flatMap((migration) => startsOf(migration, moves)),
    manual: group.flatMap(({ steps }) =>
      steps.flatMap((step) => step.kind === "manual" ? [step.instruction] : [])
    ),
    ports: group.flatMap((migration) => frontPorts(migration, front)),
    ...(hasBack && before !== undefined ? { back: rollbackTo(before, flags) } : {}),
  };
}

/** What begins without anything that stops for it. */
function startsOf({ steps }: PlannedMigration, moves: readonly RunbookMove[]): readonly string[] {
  const moving = new Set(moves.map(({ service }) => service));
  return steps.flatMap((step) => {
    if (step.kind === "job") return [`Job ${step.object.object.metadata.name}`];
    if (step.kind === "cutover") return moving.has(step.service) ? [] : [step.service];
    return [];
  });
}

function frontPorts(migration: PlannedMigration, front: ReadonlySet<string>): readonly string[] {
  return plannedObjects(migration).filter(({ object }) =>
    object.kind === "Service" && front.has(object.metadata.name)
  ).flatMap(({ object }) => list(record(object["spec"])?.["ports"]))
    .map(({ port, protocol }) => protocol === "UDP" ? `${port}/udp` : `${port}`);
}

function directoriesOf(crossing: readonly PlannedCutover[]): Runbook["directories"] {
  const moves = new Map<string, PlannedCutover[]>();
  for (const move of crossing) {
    for (const path of move.directories) moves.set(path, [...moves.get(path) ?? [], move]);
  }
  return [...moves].map(([path, own]) => {
    const backup = own.find((move) => move.backup !== undefined)?.backup;
    return { path, services: own.map(({ service }) => service), ...(backup === undefined ? {} : { backup }) };
  })
    .sort((left, right) => left.path < right.path ? -1 : 1);
}

function rollbackTo(migration: PlannedMigration, flags: string): string {
  return line("rollback", flags, `--to ${numberOf(migration)}`);
}

function numberOf({ id }: Pick<PlannedMigration, "id">): string {
  return id.split("_")[0] ?? id;
}

/** A line for a shell. */
export function line(command: string, ...words: readonly string[]): string {
  return ["deno task", command, ...words].filter((word) => word !== "").join(" ");
}
