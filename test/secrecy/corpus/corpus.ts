/** All cases of the corpus. */
import { COMMANDS } from "./commands.ts";
import { FILES } from "./files.ts";
import { LABELS } from "./labels.ts";
import { MORE } from "./more.ts";
import type { Case } from "./sample.ts";
import { VARIABLES } from "./variables.ts";

export const CORPUS: readonly Case[] = [...VARIABLES, ...COMMANDS, ...LABELS, ...FILES, ...MORE];
