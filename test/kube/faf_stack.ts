/** FAF's stack as its operators have it: the templates copied to where compose looks for them. */
import { copy } from "./copy.ts";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

const SOURCE = Deno.env.get("FAF_STACK") ?? new URL("../../../shared/faf-stack", import.meta.url).pathname;
const FILES = ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"];

/** Whether the stack is on this machine; a test without it is skipped and says so. */
export const hasFaf = exists(SOURCE);

let unchanged: Promise<TestStack> | undefined;

/** Converts a copy with FAF's decisions; `change` may edit it first. Without a change the result is shared. */
export function convertFaf(
  change?: (directory: string) => void | Promise<void>,
  decisions?: string,
): Promise<TestStack> {
  if (change !== undefined || decisions !== undefined) {
    return convertCopy(change ?? ((): void => {}), decisions);
  }
  unchanged ??= convertCopy(() => {}, undefined);
  return unchanged;
}

async function convertCopy(
  change: (directory: string) => void | Promise<void>,
  decisions: string | undefined,
): Promise<TestStack> {
  const directory = await Deno.makeTempDir({ prefix: "faf-" });
  try {
    await copy(SOURCE, directory);
    await Deno.copyFile(`${directory}/.env.template`, `${directory}/.env`);
    await copy(`${directory}/config.template`, `${directory}/config`);
    await change(directory);
    const text = decisions ??
      await Deno.readTextFile(new URL("../../migrations/faf/decisions.yaml", import.meta.url));
    return await planTestStack({ directory, files: FILES, decisions: text, compatibility: true });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A test that needs the stack; without it, it is listed as ignored. */
export function fafTest(name: string, body: () => Promise<void>): void {
  const title = hasFaf ? name : `${name} (skipped: no faf-stack at FAF_STACK or ../shared/faf-stack)`;
  Deno.test({ name: title, ignore: !hasFaf, fn: body });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
