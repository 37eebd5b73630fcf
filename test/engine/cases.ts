/** The stacks that are judged: the project's own cases, the inputs of public reports, or an operator's. */
import { basename, dirname, join } from "node:path";
import { load } from "../../compose/mod.ts";
import type { Image } from "../ferry/image.ts";
import { type StandIn, standInImage } from "./images.ts";

/** A stack that has been laid out, and the images that it needs besides the probe's forms. */
export interface Case {
  readonly name: string;
  readonly directory: string;
  readonly images: readonly StandIn[];
  /** Ports of the machine that it publishes, as `8080/tcp`. */
  readonly ports: readonly string[];
}

const HERE = import.meta.dirname ?? ".";

/** A sample of the cases: few starts that look at what public reports were about. */
export const SAMPLE =
  "planted,environment,bind-,named-volumes,users,waiting,published-ports,networks,names-odd";

/** The files of `cases/`, each a stack of its own with the data that it mounts. @returns them by name. */
export async function ownCases(target: string, only: string): Promise<readonly Case[]> {
  const names = (await Array.fromAsync(Deno.readDir(join(HERE, "cases")))).map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml") && isWanted(name, only)).toSorted();
  const cases: Case[] = [];
  for (const file of names) {
    const name = file.replace(/\.yaml$/, "");
    const directory = join(target, name);
    await layOut(directory, await Deno.readTextFile(join(HERE, "cases", file)));
    cases.push(await caseOf(name, directory));
  }
  return cases;
}

/** Lays out a stack: its compose file, and the data that it may mount. */
export async function layOut(directory: string, composeFile: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await Deno.writeTextFile(join(directory, "compose.yaml"), composeFile);
  await layData(directory);
}

/** Folders with a compose file, such as those of public reports; nothing is decided. */
export async function foldersAsCases(
  parent: string,
  target: string,
  only: string,
): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const { name, isDirectory } of (await Array.fromAsync(Deno.readDir(parent))).toSorted(byName)) {
    if (!isDirectory || !isWanted(name, only)) continue;
    cases.push(await folderAsCase(join(parent, name), target, { kind: basename(parent), decided: false }));
  }
  return cases;
}

/** @param only words, of which the name has one; nothing wants all. */
export function isWanted(name: string, only: string): boolean {
  return only.split(",").some((word) => name.includes(word));
}

const byName = (left: Deno.DirEntry, right: Deno.DirEntry): number => left.name < right.name ? -1 : 1;

/**
 * One folder: small files are copied, as they may be configuration; of what is larger only the place is made.
 *
 * @param how.decided whether the decisions that lie there are in force.
 */
export async function folderAsCase(
  source: string,
  target: string,
  { kind, decided } = { kind: "stack", decided: true },
): Promise<Case> {
  const directory = join(target, `${kind}-${basename(source).toLowerCase()}`);
  await copySmall(source, directory);
  const decisions = join(directory, "decisions.yaml");
  // Without a file, those that the tool has for a stack that it knows would be in force.
  if (!decided || !await Deno.stat(decisions).then(() => true, () => false)) {
    await Deno.writeTextFile(decisions, "{}\n");
  }
  return await caseOf(basename(directory), directory);
}

const SMALL = 256 * 1024;

async function copySmall(source: string, target: string): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  const { mode, uid, gid } = await Deno.stat(source);
  if (mode !== null) await Deno.chmod(target, mode & 0o7777);
  await Deno.chown(target, uid, gid);
  for await (const { name, isDirectory, isFile } of Deno.readDir(source)) {
    const [from, to] = [join(source, name), join(target, name)];
    if (isDirectory && name !== ".git") await copySmall(from, to);
    else if (isFile && (await Deno.stat(from)).size <= SMALL) await Deno.copyFile(from, to);
  }
}

async function caseOf(name: string, directory: string): Promise<Case> {
  const { project } = await load({ directory, environment: Deno.env.toObject() });
  const services = Object.values(project?.services ?? {});
  const awaited = new Set(
    services.flatMap(({ depends_on }) =>
      Object.entries(depends_on ?? {}).flatMap(([other, { condition }]) =>
        condition === "service_completed_successfully" ? [other] : []
      )
    ),
  );
  const images = services.flatMap((service): StandIn[] => {
    // What is built has the name that compose gives it. A variable that is not set may leave a name that no image can have.
    const {
      image = `${project?.name}-${service.name}`,
      restart,
      entrypoint,
      command,
      healthcheck,
      user = "",
    } = service;
    if (image.startsWith("probe/") || !/^[\w./-]+(:\w[\w.-]*)?$/.test(image)) return [];
    const [how, checks] = healthcheck?.test ?? [];
    const programs = [entrypoint?.[0], how === "CMD" ? checks : undefined];
    return [{
      name: image,
      ends: restart === "no" || awaited.has(service.name)
        ? [[...(entrypoint ?? []).slice(1), ...command ?? []]]
        : [],
      programs: programs.filter((each) => each !== undefined),
      users: user.split(":").filter((each) => /^[a-z_]/i.test(each)),
    }];
  });
  const ports = services.flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ published, protocol }) =>
      published === undefined ? [] : [`${published}/${protocol ?? "tcp"}`]
    )
  );
  return { name, directory, images, ports };
}

/** The images of all cases that are no forms of the probe. */
export function standInsFor(cases: readonly Case[], base: string): readonly Image[] {
  const all = new Map<string, StandIn>();
  for (const each of cases.flatMap(({ images }) => images)) {
    const other = all.get(each.name);
    all.set(each.name, {
      name: each.name,
      ends: [...other?.ends ?? [], ...each.ends],
      programs: [...other?.programs ?? [], ...each.programs],
      users: [...other?.users ?? [], ...each.users ?? []],
    });
  }
  return [...all.values()].map((each) => standInImage(base, each));
}

/** Data that every case finds beside its file: of a program's, of root's, and configuration. */
const DATA: readonly (readonly [string, string, number, number])[] = [
  ["data/kept", "from before\n", 0o640, 1234],
  ["data/deep/er", "deeper\n", 0o600, 1234],
  ["data/.hidden", "", 0o644, 0],
  ["conf/app.conf", "greeting = ahoy\n", 0o644, 0],
  ["conf/more/inner.conf", "inner = yes\n", 0o644, 0],
  ["keys/of-program", "key\n", 0o600, 1234],
  ["keys/of-root", "key\n", 0o600, 0],
  ["keys/for-all", "key.pub\n", 0o644, 0],
  ["secret.txt", "rope ladder $ 42\n", 0o644, 0],
  ["app.env", "FROM_FILE=one $$ two\nQUOTED='its $HOME'\nEMPTY=\n", 0o644, 0],
];

async function layData(directory: string): Promise<void> {
  for (const [name, text, mode, owner] of DATA) {
    const path = join(directory, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, mode);
    await Deno.chown(path, owner, owner);
  }
  await Deno.chmod(join(directory, "data"), 0o1750);
  await Deno.chown(join(directory, "data"), 1234, 1234);
}
