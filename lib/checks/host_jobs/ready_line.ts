/** What a job of the host becomes: the line of `decisions.yaml` for it, and whether one is there already. */
import type { Decisions } from "../../decisions/decisions.ts";
import type { Time } from "./host_file.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/** What runs in a container. */
export interface HostCommand {
  readonly service: string;
  /** `exec`, `run`, … */
  readonly verb: string;
  /** What comes after the container's name. */
  readonly text: string;
}

const DUMP = /\b(mysqldump|mariadb-dump|mariadb-backup|mariabackup|pg_dump|pg_dumpall|mongodump)\b/;
const CLIENT = /(?:^|[\s"'/])(mysql|mariadb|psql)(?=\s|$)/;
const UNKNOWN = "…";

/** Whether a decision stands for it: any backup of the database, a statement at the same time or of the same name. */
export function isDecided(decisions: Decisions, { service, text }: HostCommand, time: Time): boolean {
  if (DUMP.test(text)) {
    return Object.values(decisions.backups ?? {}).some((backup) => backup.service === service);
  }
  if (!CLIENT.test(text)) return false;
  return Object.entries(decisions.timers ?? {}).some(([name, timer]) =>
    timer.service === service &&
    (timer.schedule === time.schedule || areAlike(name, time.name))
  );
}

/** `update-leaderboard-inactives` of the host is `leaderboard-inactives` of the decisions; `a` is not. */
function areAlike(left: string, right: string): boolean {
  const [short = "", long = ""] = [left, right].toSorted((one, other) => one.length - other.length);
  return short.length >= 4 && long.includes(short);
}

/** What to do with it. What the file does not say stands as … in the line. */
export function readyLine(decisions: Decisions, command: HostCommand, time: Time): string {
  const { service, text, verb } = command;
  const schedule = yamlWord(time.schedule ?? UNKNOWN);
  const when = time.schedule !== undefined
    ? ""
    : time.calendar === undefined
    ? "; when it runs is not in these files"
    : `; its timer says "${time.calendar}"`;
  const server = Object.hasOwn(decisions.databases ?? {}, service) ? "" : `; decide databases.${service} too`;
  if (DUMP.test(text)) {
    const directory = yamlWord(directoryOf(text) ?? `/var/backups/${service}`);
    return `Add to decisions.yaml: backups: { ${yamlWord(time.name)}: { service: ${
      yamlWord(service)
    }, schedule: ${schedule}, ` +
      `directory: ${directory} } }${when}${server}`;
  }
  const client = CLIENT.exec(text);
  if (client !== null) {
    const { database, sql } = statementOf(text.slice(client.index + client[0].length), client[1] === "psql");
    return `Add to decisions.yaml: timers: { ${yamlWord(time.name)}: { service: ${
      yamlWord(service)
    }, schedule: ${schedule}, ` +
      `database: ${yamlWord(database)}, sql: ${yamlWord(sql)} } }${when}${server}`;
  }
  return verb === "run"
    ? "Use kubectl create job there, or make a CronJob of it"
    : `Use ${
      verb === "restart" ? "kubectl rollout restart" : `kubectl ${verb}`
    } there, or make a CronJob of it`;
}

/** Where a dump goes, where that is a fixed place of the host. */
function directoryOf(text: string): string | undefined {
  const file = /(?:>>?\s*|\s-o\s*)["']?(\/[^\s"'$`]*\/)[^\s/]*/.exec(text)?.[1];
  return file === undefined ? undefined : file.replace(/\/+$/, "");
}

/** The database and the statements of a call of a client; a statement that comes from elsewhere is not known. */
function statementOf(text: string, isPsql: boolean): { readonly database: string; readonly sql: string } {
  const [own = ""] = text.split(/[|<>]/, 1);
  const flag = isPsql ? /\s(?:-c|--command[= ])\s*(["'])(.*?)\1/ : /\s(?:-e|--execute[= ])\s*(["'])(.*?)\1/;
  const given = flag.exec(text)?.[2] ?? UNKNOWN;
  // A password in a statement is not repeated.
  const sql = /identified|password/i.test(given) ? UNKNOWN : given;
  const named = /\s(?:-D|-d|--database|--dbname)[= ]?\s*([\w-]+)/.exec(own)?.[1];
  const bare = own.replace(flag, " ").replaceAll(
    /\s-{1,2}(?:u|U|h|P|user|username|host|port)[= ]\s*\S+/g,
    " ",
  )
    .split(/\s+/).filter((word) => /^[\w-]+$/.test(word) && !word.startsWith("-"));
  return { database: named ?? bare.at(-1) ?? UNKNOWN, sql };
}
