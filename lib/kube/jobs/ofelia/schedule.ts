/** ofelia's times as a CronJob's: robfig/cron with a field of seconds, which Kubernetes reads without. */

/** The time, and in what it differs. */
export interface CronTime {
  readonly schedule: string;
  readonly differs?: string;
}

const WORDS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const EVERY = /^@every\s+(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const FIELD = /^[\d*/,?a-z-]+$/i;

/** @returns nothing where it is no time that cron knows */
export function cronTimeOf(text: string): CronTime | undefined {
  const plain = text.trim();
  if (WORDS.test(plain)) return { schedule: plain };
  if (EVERY.test(plain)) {
    return { schedule: plain.replace(/\s+/, " "), differs: "counted from when the CronJob is made" };
  }
  const fields = plain.split(/\s+/);
  if (!fields.every((field) => FIELD.test(field))) return undefined;
  if (fields.length === 5) return { schedule: fields.join(" ") };
  if (fields.length !== 6) return undefined;
  const [seconds = "", ...rest] = fields;
  const schedule = rest.join(" ");
  if (/^0+$/.test(seconds)) return { schedule };
  const [, step] = /^(?:\*|0+)\/(\d+)$/.exec(seconds) ?? [];
  const isAlways = rest.every((field) => /^[*?]$/.test(field));
  if (step !== undefined && isAlways) return { schedule: `@every ${Number(step)}s` };
  if (/^\d+$/.test(seconds)) return { schedule, differs: "at the full minute" };
  return { schedule, differs: "once, at the full minute" };
}
