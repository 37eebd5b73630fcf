/** The map of a stack as a Mermaid flowchart (mermaid.js.org/syntax/flowchart.html), for pages that draw it. */
import { visible } from "../diagnostics/visible.ts";
import type { StackMap } from "../views/stack_map.ts";

/** Nodes are numbered, so that a service may be called `end`. */
export function renderMapMermaid(map: StackMap): string {
  const services = map.lanes.flatMap((lane) => lane.services.map(({ name }) => name));
  const idOf = (name: string): string => `s${services.indexOf(name)}`;
  const here = new Set(services);
  const ways = [...new Set(map.routes.map(({ service }) => service))];
  return [
    "flowchart LR",
    ...map.lanes.flatMap(({ id, title, services: lane }, index) => [
      `  subgraph m${index}[${text(`${id}: ${title}`)}]`,
      ...lane.map(({ name }) => `    ${idOf(name)}[${text(name)}]`),
      "  end",
    ]),
    ...ways.flatMap((service, index) => {
      const names = map.routes.filter((route) => route.service === service).map(({ name }) => name);
      return [`  r${index}>${text(names.join("\n"))}] --> ${idOf(service)}`];
    }),
    ...map.needs.filter(({ from, to }) => here.has(from) && here.has(to)).map(({ from, to, reason }) =>
      `  ${idOf(from)} ${reason === "named" ? "-.->" : "-->"} ${idOf(to)}`
    ),
    ...map.stores.flatMap(({ name, users }, index) => [
      `  d${index}[(${text(name)})]`,
      ...users.map(({ service, readOnly }) => `  ${idOf(service)} ${readOnly ? "-.-" : "---"} d${index}`),
    ]),
    "",
  ].join("\n");
}

/** Quoted; what Mermaid would read as markup is an entity. */
function text(value: string): string {
  const plain = visible(value).replaceAll(/[#%"<>&`\\]/g, (sign) => `#${sign.charCodeAt(0)};`);
  return `"${plain.replaceAll("\n", "<br>")}"`;
}
