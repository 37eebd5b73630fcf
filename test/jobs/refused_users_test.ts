/** Users that are decided so that a Job would fail half-way: said before anything runs. */
import assert from "node:assert/strict";
import { brokerUsers } from "../../lib/kube/jobs/rabbitmq/broker_users.ts";
import { databaseUsers } from "../../lib/kube/jobs/database_users.ts";
import type { Grant } from "../../lib/decisions/jobs.ts";
import { smallConversion } from "./stack.ts";

const CONVERSION = smallConversion({ store: { secrets: { ADMIN: "rabbit", PASSWORD: "x1y2z3" } } });
const ADMIN = { user: "rabbit", password: "store.PASSWORD" };

Deno.test("brokerUsers() does not let a Job take the right to go on from its own login", () => {
  const codesWith = (user: typeof ADMIN["user"] | { from: string }, tags?: string[]): readonly string[] => {
    const rabbit = { password: "store.PASSWORD", ...(tags === undefined ? {} : { tags }) };
    const brokers = { store: { engine: "rabbitmq" as const, admin: { ...ADMIN, user }, users: { rabbit } } };
    return brokerUsers(CONVERSION, { brokers }, "store").findings.map(({ code }) => code);
  };
  assert.deepEqual(codesWith("rabbit"), []);
  assert.deepEqual(codesWith("rabbit", ["administrator", "monitoring"]), []);
  assert.deepEqual(codesWith("rabbit", ["monitoring"]), ["kube-job-administrator"]);
  assert.deepEqual(codesWith({ from: "store.ADMIN" }, []), ["kube-job-administrator"]);
  assert.deepEqual(codesWith("other", []), []);
});

Deno.test("databaseUsers() refuses what PostgreSQL gives on tables alone", () => {
  const messagesOf = (grant: Grant): readonly string[] => {
    const users = { wiki: { password: "store.PASSWORD", grants: [grant] } };
    const databases = { store: { engine: "postgres" as const, admin: ADMIN, users } };
    return databaseUsers(CONVERSION, { databases }, "store").findings.map(({ message }) => message);
  };
  assert.deepEqual(messagesOf("wiki"), []);
  assert.deepEqual(messagesOf({ database: "wiki", privileges: ["connect", "TEMP"] }), []);
  const [message] = messagesOf({ database: "wiki", privileges: ["CONNECT", "SELECT"] });
  assert.match(message ?? "", /cannot be granted: PostgreSQL gives SELECT on tables/);
});
