/** Times of the host's timers as the five fields that a CronJob takes. */

const WORDS: Readonly<Record<string, string>> = {
  minutely: "* * * * *",
  hourly: "0 * * * *",
  daily: "0 0 * * *",
  midnight: "0 0 * * *",
  weekly: "0 0 * * 1",
  monthly: "0 0 1 * *",
  yearly: "0 0 1 1 *",
  annually: "0 0 1 1 *",
};

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** `Mon..Fri *-*-01 02:30:00`: weekdays, a date, a time of day; each may be absent. */
const CALENDAR =
  /^(?:(?<days>[a-z.,]+)\s+)?(?:\*-(?<month>\*|\d{1,2})-(?<day>\*|\d{1,2})(?:\s+|$))?(?:(?<hour>\*|[\d,]+):(?<minute>[*\d,/]+)(?::0{1,2})?)?$/i;

/** systemd's `OnCalendar`; undefined where the fields of cron cannot say the same. */
export function cronOfCalendar(text: string): string | undefined {
  const plain = text.trim();
  const word = plain.toLowerCase();
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  const groups = CALENDAR.exec(plain)?.groups;
  if (groups === undefined) return undefined;
  const { days, month = "*", day = "*", hour = "0", minute = "0" } = groups;
  const weekdays = days === undefined ? "*" : weekdaysOf(days);
  // systemd asks for the weekday and the date, cron for one of them.
  if (weekdays === undefined || weekdays !== "*" && day !== "*") return undefined;
  const every = /^(?:\*|0{1,2})\/(\d+)$/.exec(minute)?.[1];
  if (every === undefined && minute.includes("/")) return undefined;
  const minutes = every === undefined ? numbers(minute) : `*/${every}`;
  return [minutes, numbers(hour), numbers(day), numbers(month), weekdays].join(" ");
}

/** The five fields at the start of a line of a crontab, and the rest of it. */
export function cronOfLine(
  line: string,
): { readonly schedule: string; readonly command: string } | undefined {
  const word = /^\s*@([a-z]+)\s+(\S.*)$/.exec(line);
  const named = WORDS[word?.[1] ?? ""];
  if (named !== undefined) return { schedule: named, command: word?.[2] ?? "" };
  const fields = /^\s*((?:[\d*,/a-zA-Z-]+\s+){4}[\d*,/a-zA-Z-]+)\s+(\S.*)$/.exec(line);
  if (fields === null || !/^[\d*]/.test((fields[1] ?? "").trim())) return undefined;
  return { schedule: (fields[1] ?? "").trim().replaceAll(/\s+/g, " "), command: fields[2] ?? "" };
}

function weekdaysOf(text: string): string | undefined {
  const parts = text.toLowerCase().split(",").map((part) => {
    const [from = "", to = from] = part.split("..").map((name) => name.slice(0, 3));
    const [first, last] = [DAYS.indexOf(from), DAYS.indexOf(to)];
    if (first < 0 || last < 0) return undefined;
    return first === last ? `${first}` : `${first}-${last === 0 ? 7 : last}`;
  });
  return parts.includes(undefined) ? undefined : parts.join(",");
}

function numbers(text: string): string {
  return text.replaceAll(/\d+/g, (digits) => String(Number(digits)));
}
