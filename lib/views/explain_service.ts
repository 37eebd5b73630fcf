/** One service: its lines beside what they became, what it needs and why, its ports, mounts, secrets and decisions. */
import type { Service } from "../../compose/project.ts";
import { findingsByService, verdictsOf } from "../checks/verdicts.ts";
import { composeLines } from "./compose_lines.ts";
import { decisionsAbout } from "./decisions_about.ts";
import { type Entry, type Explanation, placed, section } from "./explanation.ts";
import { type Need, needsOf } from "./needs.ts";
import { networksView, type NetworkView } from "./networks.ts";
import { objectsOfService, shortName } from "./objects.ts";
import { routesOf } from "./routes.ts";
import type { StackView } from "./stack_view.ts";
import { storeOf } from "./storage_words.ts";

/** @param name a service of the project */
export function explainService(view: StackView, name: string): Explanation {
  const { project } = view.facts;
  const service = project.services[name];
  if (service === undefined) throw new Error(`There is no service "${name}"`);
  const needs = needsOf(view);
  const findings = (findingsByService(project, view.diagnostics).get(name) ?? [])
    .map(({ diagnostic }) => diagnostic);
  return {
    kind: "service",
    name,
    summary: summaryOf(view, name),
    ...placed(project.span(["services", name])),
    lines: composeLines(view, name),
    sections: [
      ...section("Objects", objectsOf(view, name)),
      ...section("Needs", needs.filter(({ from }) => from === name).map((need) => entryOf(need, need.to))),
      ...section("Needed by", needs.filter(({ to }) => to === name).map((need) => entryOf(need, need.from))),
      ...section("Reached from outside", routesOf(view).filter((route) => route.service === name)),
      ...section("Networks", networksOf(view, name)),
      ...section("Ports", portsOf(view, name)),
      ...section("Mounts", mountsOf(view, service)),
      ...section("Kept in Secrets", secretsOf(view, service)),
      ...section("Decisions", decisionsAbout(view, service)),
    ],
    findings,
  };
}

function summaryOf(view: StackView, name: string): string {
  const { conversion, plan, facts, diagnostics } = view;
  const converted = conversion.services.get(name);
  const isMoved = (one: string): boolean => (conversion.services.get(one)?.kind ?? "none") !== "none";
  const verdict = verdictsOf(facts.project, { has: isMoved }, diagnostics)
    .find(({ service }) => service === name);
  const words = verdict?.verdict ?? "left out";
  const why = verdict?.because.find(({ severity }) => severity !== "info");
  const state = words === "works as before" || why === undefined
    ? words
    : `${words}: ${why.message.split("\n")[0]}`;
  if (converted === undefined || converted.kind === "none") return `It ${prefixed(state)}.`;
  const migration = plan?.migrations.find(({ claimed }) => claimed.includes(name));
  const start = migration === undefined ? "" : `, started by ${migration.id}`;
  return `Becomes a ${converted.kind}, as it is ${ROLES[converted.role]}${start}. It ${prefixed(state)}.`;
}

function prefixed(state: string): string {
  return state.startsWith("left out") ? `is ${state}` : state;
}

const ROLES: Readonly<Record<string, string>> = {
  store: "a database or a broker",
  job: "a job that ends by itself",
  login: "a login",
  application: "an application",
};

function objectsOf(view: StackView, name: string): Entry[] {
  return objectsOfService(view, name).map(({ object, source, migration }) => ({
    name: shortName(object),
    ...(migration === undefined ? {} : { text: `by ${migration}` }),
    ...placed(source),
  }));
}

function entryOf({ why, span }: Need, name: string): Entry {
  return { name, text: why, ...placed(span) };
}

/** Whom it reaches by each of its networks; on the node's, and without policies, everybody. */
function networksOf({ facts }: StackView, name: string): Entry[] {
  const { policies, networks, services } = networksView(facts);
  const own = services.find(({ service }) => service === name);
  if (own === undefined) return [];
  const told = networks.filter(({ services }) => services.includes(name)).map((network): Entry => ({
    name: network.name,
    text: onNetwork(network, name),
    ...placed(facts.project.span(["networks", network.name])),
  }));
  const open = own.open.length === 0 ? [] : [{ name: "open to all", text: own.open.join(", ") }];
  const { wayOut } = own;
  const rest: Entry[] = told.length > 0
    ? wayOut ? [] : [{ name: "no way out", text: "it is on internal networks alone" }]
    : [wayOut ? { name: "the node's own" } : { name: "none", text: "nobody in, nothing out" }];
  const lack = policies ? [] : [{ name: "no policies", text: "whatever the networks, everybody is reached" }];
  return [...told, ...rest, ...open, ...lack];
}

function onNetwork({ services, traefik, internal, external }: NetworkView, name: string): string {
  const others = [...services.filter((service) => service !== name), ...(traefik ? ["Traefik"] : [])];
  const kinds = [...(internal ? ["internal"] : []), ...(external ? ["external"] : [])];
  return `${others.length === 0 ? "nobody else" : others.join(", ")}${
    kinds.length === 0 ? "" : ` (${kinds.join(", ")})`
  }`;
}

function portsOf({ conversion }: StackView, name: string): Entry[] {
  return (conversion.ports.get(name) ?? []).flatMap(({ port, protocol, evidence }) =>
    evidence.map(({ text, span }, index): Entry => ({
      name: index === 0 ? `${port}/${protocol.toLowerCase()}` : "",
      text,
      ...placed(span),
    }))
  );
}

function mountsOf({ facts }: StackView, service: Service): Entry[] {
  return (service.volumes ?? []).map((mount, index) => {
    const store = storeOf(facts, mount);
    return {
      name: mount.target,
      text: store === undefined ? `${mount.type} of the pod` : `${store.name}: ${store.text}`,
      ...placed(facts.project.span(["services", service.name, "volumes", index])),
    };
  });
}

/** Names and reasons, never a value. */
function secretsOf({ facts, conversion }: StackView, service: Service): Entry[] {
  const kept = conversion.services.get(service.name)?.variables;
  return Object.entries(service.environment ?? {}).flatMap(([key, value]) => {
    const why = facts.secrets.ofVariable(service.name, key, value ?? "");
    if (why === undefined) return [];
    const place = kept?.get(key);
    const where = place === undefined ? "" : `, in ${place.kind.toLowerCase()}/${place.name}`;
    return [{
      name: key,
      text: `because of ${why}${where}`,
      ...placed(facts.project.span(["services", service.name, "environment", key])),
    }];
  });
}
