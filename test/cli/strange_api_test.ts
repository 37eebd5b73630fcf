/** Commands against an address where no API server answers, or where one stops to answer in the middle of a run. */
import { doesNotMatch, equal, match, ok } from "node:assert/strict";
import { BROKEN, serve, STRANGE } from "../cluster_client/strange_answers.ts";
import { type Told, withFiles } from "./in_process.ts";
import { SmallServer, toldAt } from "./small_server.ts";

const COMPOSE = `services:
  web:
    image: nginx:1.27
    environment: { GREETING: hello, DB_PASSWORD: "correct horse 7 battery" }
    ports: ["8080:80"]
`;
const MIGRATE = ["migrate", "--yes"];
const COMMANDS: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--drift"],
  MIGRATE,
  ["migrate", "--dry-run"],
  ["prune", "--yes"],
  ["rollback", "--to", "010", "--yes"],
  ["redo", "080", "--yes"],
  ["unlock", "--run", "12345678", "--yes"],
  ["secrets", "diff"],
  ["access", "list"],
  ["access", "grant", "alice", "--role", "viewer", "--yes"],
];
const ANSWERS = Object.entries({
  ...Object.fromEntries(Object.entries(STRANGE).map(([name, { answer }]) => [name, answer])),
  ...BROKEN,
});
const SMALL = ANSWERS.filter(([name]) => !STRANGE[name]?.isLarge);

function isClear({ out, err }: Told, which: string): void {
  const all = out + err;
  doesNotMatch(all, /is a bug/, `${which}: ${all}`);
  doesNotMatch(all, /[Dd]elete/, `${which}: a hint that harms: ${all}`);
  doesNotMatch(all, /SECRET|TOKEN-OF-THE-USER|correct horse/, which);
}

Deno.test("where no API server answers, every command says so with exit code 4, after few requests", () =>
  withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    await Promise.all(COMMANDS.map(async (args, index) => {
      // One command meets all of them; the others one each.
      const answers = index === 0
        ? ANSWERS
        : [SMALL[index % SMALL.length] ?? ["nothing", (): Response => new Response()]];
      for (const [what, answer] of answers) {
        await using server = serve(answer);
        const told = await toldAt(directory, server.address, args);
        const which = `${args.join(" ")}, ${what}`;
        isClear(told, which);
        equal(told.code, 4, `${which}: ${told.err}`);
        match(told.err, /cluster-strange-answer/, which);
        match(told.err, /hint: /, which);
        ok(server.seen.length <= 20, `${which}: ${server.seen.length} requests`);
      }
    }));
  }));

Deno.test("what needs no cluster is done where no API server answers", () =>
  withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    await Promise.all(SMALL.map(async ([what, answer]) => {
      await using server = serve(answer);
      const told = await toldAt(directory, server.address, ["secrets", "list"]);
      isClear(told, what);
      equal(told.code, 0, what);
      match(told.err, /could not be asked/, what);
    }));
  }));

Deno.test("where the API server stops to answer as one in the middle of a run, the run ends and says where", () =>
  withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    const whole = new SmallServer();
    await using server = serve((request) => whole.answer(request));
    const { code, err } = await toldAt(directory, server.address, MIGRATE);
    equal(code, 0, err);
    const requests = server.seen.length;
    // Neighbours are much alike, and each run takes its time, most of it waiting.
    const firsts = Array.from({ length: Math.ceil((requests - 2) / 2) }, (_, index) => 2 + 2 * index);
    await Promise.all(firsts.map(async (first) => {
      const [what, answer] = SMALL[first / 2 % SMALL.length] ?? [];
      const small = new SmallServer();
      await using server = serve((request, count) =>
        count < first || answer === undefined ? small.answer(request) : answer()
      );
      const told = await toldAt(directory, server.address, MIGRATE);
      const which = `${what} from request ${first} on, ${server.seen[first - 1]}`;
      isClear(told, which);
      const isLast = told.code === 0 && first >= requests - 3;
      ok([1, 4].includes(told.code) || isLast, `${which}: exit code ${told.code}\n${told.err}`);
      if (!isLast) match(told.err, /cluster-strange-answer/, `${which}: ${told.err}`);
      // It gives up soon: each of the last writes is tried a few times, the one that gives the lock back, too.
      ok(server.seen.length <= first + 60, `${which}: ${server.seen.length} requests`);
    }));
  }));

Deno.test("a Secret of the key that is damaged is told from a server that is none", () =>
  withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    for (const data of [{}, { key: "" }, { key: "%%%" }, { key: btoa("short") }, { key: 5 }, undefined]) {
      await using server = serve((request) => {
        const { pathname } = new URL(request.url);
        const [name = ""] = pathname.split("/").slice(-1);
        return Response.json({
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name, namespace: "stack" },
          data,
        });
      });
      const { code, out, err } = await toldAt(directory, server.address, ["status"]);
      equal(code, 1, err);
      match(err, /run-key-missing/);
      match(err, /pods restart, Jobs run once more/);
      doesNotMatch(out + err, /is a bug/);
    }
  }));
