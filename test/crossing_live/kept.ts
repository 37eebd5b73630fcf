/** Every row, message and file that somebody was told is kept is there, on whichever side it was written. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { container, type Quay } from "./quay.ts";

/** What one server acknowledged or did not, as the clerk saw it. */
export interface Written {
  readonly server: string;
  readonly at: number;
  readonly number: string;
  readonly isKept: boolean;
}

/** Where something is kept, in the order in which it is said. */
const PLACES = ["db", "ledger", "broker", "uploads"] as const;

/** What the clerk did so far. */
export async function writings({ harbour: { engine } }: Quay): Promise<readonly Written[]> {
  const log = await engine.docker("logs", "--timestamps", container("clerk"));
  return log.split("\n").flatMap((line): Written[] => {
    const [, at = "", verb, server = "", number = ""] = /^(\S+) (wrote|failed) (\S+) (\d+)$/.exec(line) ?? [];
    return verb === undefined ? [] : [{ server, at: Date.parse(at), number, isKept: verb === "wrote" }];
  });
}

/** Asks each place for all that it has. @returns how much that is, in a few words */
export async function nothingIsLost(quay: Quay): Promise<string> {
  // First what was told: what is written while the places are asked may be missing there.
  const told = await promised(quay);
  const there = await kept(quay);
  ok(there.db.has("Pelican"), "what lay in the database before anything began is gone");
  for (const place of PLACES) {
    deepEqual(told[place].filter((name) => !there[place].has(name)), [], `lost in ${place}`);
    ok(told[place].length > 0, `nobody wrote to ${place}`);
  }
  return PLACES.map((place) => `${place} ${told[place].length}`).join(", ");
}

async function promised(quay: Quay): Promise<Readonly<Record<Place, readonly string[]>>> {
  const written = (await writings(quay)).filter(({ isKept }) => isKept);
  const app = (await quay.visits()).flatMap(({ wrote = "" }) => wrote === "" ? [] : [wrote]);
  const by = (server: Place): readonly string[] =>
    written.filter((one) => one.server === server).map(({ number }) => `clerk ${number}`);
  return {
    db: [...by("db"), ...app],
    ledger: [...by("ledger"), ...app],
    broker: by("broker"),
    uploads: app,
  };
}

type Place = typeof PLACES[number];

/** The clerk asks, as it finds every server by its name, wherever that is. */
async function kept(
  { harbour: { engine }, stack }: Quay,
): Promise<Readonly<Record<Place, ReadonlySet<string>>>> {
  const ask = (command: string): Promise<string> =>
    engine.docker("exec", container("clerk"), "sh", "-c", command);
  const db = await ask(
    "PGPASSWORD=spyglass psql -h db -U harbour postgres -qtAc 'SELECT name FROM ship UNION ALL SELECT name FROM log'",
  );
  const ledger = await ask("mariadb -h ledger -u root -pspyglass quay -Ne 'SELECT name FROM log'");
  const messages = await ask(
    `busybox wget -q -O - --header 'Content-Type: application/json' ` +
      `--header "Authorization: Basic $(printf harbour:spyglass | base64)" ` +
      `--post-data '{"count":1000000,"ackmode":"ack_requeue_true","encoding":"auto"}' ` +
      "http://broker:15672/api/queues/%2F/log/get",
  );
  const broker = (JSON.parse(messages) as readonly { readonly payload: string }[]).map(({ payload }) =>
    payload
  );
  return {
    db: new Set(db.trim().split("\n")),
    ledger: new Set(ledger.trim().split("\n")),
    broker: new Set(broker),
    uploads: new Set((await Deno.readTextFile(join(stack, "data/uploads/log"))).trim().split("\n")),
  };
}

/** The page is the one that lay there, and nobody made it anew. */
export async function pageIsThere({ stack }: Quay): Promise<void> {
  equal(await Deno.readTextFile(join(stack, "pages/index.html")), "A page that the harbour master wrote\n");
}
