/** The map of a stack as a tree for a terminal. */
import { visibleAll } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";
import type { Lane, MapService, StackMap } from "../views/stack_map.ts";
import { type Style, styleFor } from "./style.ts";
import { wrap } from "./wrap.ts";

export interface MapTreeOptions {
  readonly colour: boolean;
  readonly columns: number;
}

/** Lane by lane; below each service the ways in, what it needs and why, and where its data lies. */
export function renderMapTree(told: StackMap, options: MapTreeOptions): string {
  const map = visibleAll(told);
  const style = styleFor(options.colour);
  const count = map.lanes.reduce((sum, { services }) => sum + services.length, 0);
  const head = `${style.bold(map.project)}: ${
    [
      plural(count, "service"),
      plural(map.routes.length, "way") + " in",
      plural(map.needs.length, "need"),
      plural(map.stores.length, "store"),
    ].join(", ")
  }`;
  const lanes = map.lanes.flatMap((lane) => ["", ...laneLines(lane, map, options, style)]);
  return `${[head, ...lanes].join("\n")}\n`;
}

function laneLines(
  { id, title, services }: Lane,
  map: StackMap,
  options: MapTreeOptions,
  style: Style,
): string[] {
  return [
    `${style.bold(id)} ${style.dim(title)}`,
    ...services.flatMap((service, index) => {
      const isLast = index === services.length - 1;
      const kind = service.kind === "none" ? "" : ` ${style.dim(service.kind)}`;
      const branches = branchesOf(service, map, style);
      const bar = isLast ? "   " : "│  ";
      return [
        `${isLast ? "└─" : "├─"} ${service.name}${kind}`,
        ...branches.flatMap((branch, place) => {
          const end = place === branches.length - 1;
          const room = Math.max(24, options.columns - 8 - branch.sign.length);
          return wrap(branch.text, room).map((line, part) => {
            const lead = part === 0 ? (end ? "└─" : "├─") : end ? "  " : "│ ";
            const sign = part === 0 ? branch.paint(branch.sign) : " ".repeat(branch.sign.length);
            return `${style.dim(`${bar}${lead}`)} ${sign} ${line}`;
          });
        }),
      ];
    }),
  ];
}

interface Branch {
  readonly sign: string;
  readonly text: string;
  readonly paint: (text: string) => string;
}

function branchesOf({ name }: MapService, map: StackMap, style: Style): Branch[] {
  return [
    ...map.routes.filter(({ service }) => service === name).map((route): Branch => ({
      sign: "from outside",
      text: `${route.name} (${route.text})`,
      paint: style.green,
    })),
    ...map.needs.filter(({ from }) => from === name).map(({ to, why }): Branch => ({
      sign: "needs",
      text: `${to} (${why})`,
      paint: style.blue,
    })),
    ...map.stores.flatMap((store) =>
      store.users.filter(({ service }) => service === name).map(({ target, readOnly }): Branch => ({
        sign: readOnly ? "reads" : "keeps",
        text: `${store.name} at ${target}${sharers(store.users.map(({ service }) => service), name)}`,
        paint: style.yellow,
      }))
    ),
  ];
}

function sharers(users: readonly string[], name: string): string {
  const others = [...new Set(users)].filter((user) => user !== name);
  return others.length === 0 ? "" : `, shared with ${others.join(", ")}`;
}
