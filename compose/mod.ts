/** The compose loader's door: compose text to a typed project, with the place of everything and every problem. */
export { load } from "./load.ts";
export { type Origin, originOf, type Range, replacementAt } from "./origin/origin.ts";
export { printJson, printYaml } from "./print.ts";
export { type BindLimits, readBindSources, readVolume } from "./files/read_bind_sources.ts";
export type * from "./bind_source.ts";
export type * from "./project.ts";
