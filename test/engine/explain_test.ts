import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { COVERAGE } from "../../lib/checks/coverage/table.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { Difference } from "./compare.ts";
import { CODES, KEYS } from "./expected.ts";
import { explain } from "./explain.ts";
import { keyTable, tallyByKey, usedKeys } from "./keys.ts";
import { isFaithful, type Judged, kindOf, tally, tallyTable, verdictLines } from "./verdict.ts";

const SPAN = { file: "docker-compose.yml", line: 4, column: 5 };

const ULIMITS: Diagnostic = {
  code: "kube-not-carried",
  severity: "warning",
  message: '"ulimits" of service "web" is not carried: pods have the limits of the container runtime',
  span: SPAN,
};

const OPEN_FILES = { service: "web", aspect: "limit.Max open files", before: "1 1", after: "2 2" };

Deno.test("a difference is explained by a finding about its key and its service", () => {
  const { explained, open, idle } = explain([OPEN_FILES], [ULIMITS]);
  deepEqual([explained.length, open, idle], [1, [], []]);
});

Deno.test("a finding that counts services is about those that use its key", () => {
  const counted = { ...ULIMITS, message: '"ulimits" of 2 services is not carried: pods have others' };
  const keys = { web: ["ulimits.*"], store: ["image"] };
  deepEqual(explain([OPEN_FILES], [counted], keys).open, []);
  deepEqual(explain([{ ...OPEN_FILES, service: "store" }], [counted], keys).open.length, 1);
});

Deno.test("the node name of a broker whose host name is cut is announced with that", () => {
  const finding: Diagnostic = {
    ...ULIMITS,
    code: "kube-hostname-short",
    message:
      'Hostname "mq.test" of service "web" is kept as the pod\'s own name and RABBITMQ_NODENAME=rabbit@mq',
  };
  const named = { service: "web", aspect: "env.RABBITMQ_NODENAME", after: "rabbit@mq" };
  deepEqual(explain([named], [finding]).open, []);
  deepEqual(explain([{ ...named, aspect: "env.HOME" }], [finding]).open.length, 1);
});

Deno.test("a finding about another service, another key or no place explains nothing", () => {
  deepEqual(explain([{ ...OPEN_FILES, service: "store" }], [ULIMITS]).open.length, 1);
  deepEqual(explain([{ ...OPEN_FILES, aspect: "uid" }], [ULIMITS]).open.length, 1);
  const { span: _, ...placeless } = ULIMITS;
  deepEqual(explain([OPEN_FILES], [placeless]).open.length, 1);
});

Deno.test("a finding of several services explains those that it lists", () => {
  const finding = {
    ...ULIMITS,
    message: '"ulimits" of 2 services is not carried: …',
    related: [{ message: 'Also of service "store"', span: SPAN }],
  };
  equal(explain([{ ...OPEN_FILES, service: "store" }], [finding]).open.length, 0);
});

Deno.test("a finding about a name explains what others get who ask for it", () => {
  const finding: Diagnostic = {
    ...ULIMITS,
    code: "kube-name-not-dns",
    message: 'Alias "db.test" of service "store" cannot be the name of a Service',
  };
  const asked = { service: "web", aspect: "name.db.test", before: "store", after: "unknown" };
  const reached = { service: "web", aspect: "port.db.test.5432/tcp", before: "store" };
  equal(explain([asked, reached], [finding]).open.length, 0);
  equal(explain([{ ...asked, aspect: "name.db" }], [finding]).open.length, 1);
});

Deno.test("a finding that explains nothing is idle, and the verdict falls", () => {
  const explanation = explain([], [ULIMITS]);
  deepEqual(explanation.idle, [ULIMITS]);
  const comparison = { equal: [{ service: "web", aspect: "uid" }], differences: [] };
  const judged = { stack: "s", services: 1, comparison, explanation };
  ok(!isFaithful(judged));
  match(verdictLines(judged).join("\n"), /announced, and not seen: kube-not-carried/);
  ok(!isFaithful({ ...judged, comparison: { equal: [], differences: [] }, explanation: explain([], []) }));
});

Deno.test("a port that is reached as before, or published in neither, explains no difference", () => {
  const difference = {
    service: "(published)",
    aspect: "published.node 80/tcp",
    before: "web",
    after: "nobody",
  };
  const saying = (text: string): Diagnostic => ({
    ...ULIMITS,
    code: "kube-public-port",
    message: `Port 80 of service "web" ${text}`,
  });
  const openAfter = (text: string): number => explain([difference], [saying(text)]).open.length;
  equal(openAfter("is not reached from outside: Kubernetes itself is reached there"), 0);
  equal(openAfter("is reached as before, by a load balancer on every address of the node"), 1);
  equal(openAfter("is not reached from outside, as in Docker: the service has no network with a way out"), 1);
});

Deno.test("a published port explains that others reach it, and not that its service reaches others", () => {
  const finding: Diagnostic = {
    ...ULIMITS,
    code: "kube-public-port",
    message: 'Port 80 of service "web" is reached as before, by a load balancer on every address of the node',
  };
  const differing = (service: string, aspect: string) => ({
    service,
    aspect,
    before: "nobody",
    after: "web",
  });
  equal(explain([differing("store", "port.web.80/tcp")], [finding]).open.length, 0);
  equal(explain([differing("web", "port.store.80/tcp")], [finding]).open.length, 1);
});

Deno.test("aspects are counted by kind", () => {
  deepEqual(
    ["mount./data: a/b.c", "mount./a.b.writable", "env.HOME", "uid"].map((aspect) => kindOf({ aspect })),
    ["mount entries", "mount writable", "env", "uid"],
  );
  const explanation = explain([OPEN_FILES], [ULIMITS]);
  const comparison = { equal: [{ service: "web", aspect: "uid" }], differences: [OPEN_FILES] };
  const text = tallyTable(tally([{ stack: "s", services: 1, comparison, explanation }]));
  match(text, /^\| limit \| 0 \| 1 \| 0 \|\n\| uid \| 1 \| 0 \| 0 \|$/m);
});

Deno.test("announcements are about keys that are reported, and codes that exist", async () => {
  for (const key of Object.keys(KEYS)) {
    const row = COVERAGE[`service.${key}`] ?? COVERAGE[`service.${key}.*`];
    equal(row?.treatment, "reported", key);
  }
  const errors = await Deno.readTextFile(join(import.meta.dirname ?? "", "../../docs/errors.md"));
  for (const code of Object.keys(CODES)) ok(errors.includes(`| \`${code}\` `), code);
});

Deno.test("keys are those that a service uses, in either form", () => {
  const keys = usedKeys({
    services: {
      web: {
        ports: ["80:80"],
        networks: { default: { aliases: ["db"] } },
        depends_on: { store: { condition: "service_started" } },
        deploy: { resources: { limits: { memory: "1g" } } },
        environment: ["A=1"],
      },
    },
  });
  deepEqual(keys["web"]?.toSorted(), [
    "depends_on.*",
    "deploy.resources.limits.memory",
    "environment.*",
    "networks.aliases",
    "ports.published",
    "ports.target",
  ]);
  const comparison = { equal: [{ service: "web", aspect: "uid" }], differences: [] };
  const rows = tallyByKey([{
    stack: "s",
    services: 1,
    comparison,
    explanation: explain([OPEN_FILES], []),
    keys,
  }]);
  match(keyTable(rows), /^\| `environment\.\*` \| 1 \| 1 \| 0 \| 1: limit 1 \|$/m);
});

Deno.test("an open kind is open in one direction only", () => {
  const difference = { service: "web", aspect: "rights.Seccomp", before: "2", after: "0" };
  const known = [{ aspect: /^rights\.Seccomp$/, before: /^2$/, after: /^0$/, what: "no filter" }];
  const judged = (...open: readonly Difference[]): Judged => ({
    stack: "s",
    services: 1,
    comparison: { equal: [{ service: "web", aspect: "uid" }], differences: open },
    explanation: explain(open, []),
  });
  ok(isFaithful(judged(difference), known));
  ok(!isFaithful(judged(difference)));
  ok(!isFaithful(judged({ ...difference, before: "0", after: "2" }), known));
  ok(!isFaithful(judged(difference, OPEN_FILES), known));
});
