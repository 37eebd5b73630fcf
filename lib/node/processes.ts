/** Processes of this machine that can write to a directory, whoever started them: read from /proc. */
import { aliases, isNested, isWithin, type Mounted, parseMountinfo } from "./mountinfo.ts";
import { ownMounts, type Place } from "./place.ts";

/**
 * One that can write there:
 * - `mount`: the directory, or one around or in it, is mounted writable in a container of its own
 * - `file`: it has a file there open for writing
 * - `directory`: it works there, and no terminal belongs to it: a server, not somebody's shell
 */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** The text of its `cgroup` file, which names the container or pod. */
  readonly group: string;
  /** The same for all processes of one container. */
  readonly namespace: string;
  readonly place: Place;
  readonly how: "mount" | "file" | "directory";
  /** The mount, file or directory, as the process sees it. */
  readonly path: string;
}

/** What was seen, and what could not be looked at. */
export interface Sight {
  readonly holders: readonly Holder[];
  /** How many processes. */
  readonly unseen: number;
  /** Directories of the disk of this process's own container: the machine's of that name are not mounted in it. */
  readonly hidden: readonly Place[];
}

/** What the processes of one mount namespace see. */
interface View {
  readonly name: string;
  readonly mounts: readonly Mounted[];
  /** It has a root of its own, as containers have. A service with private mounts has the machine's. */
  readonly isContainer: boolean;
}

interface Looking {
  readonly proc: string;
  readonly places: readonly Place[];
  /** The roots of the machine and of this process: who has another one is in a container. */
  readonly roots: readonly (Mounted | undefined)[];
  readonly views: Map<string, View>;
  /** This process and those that it comes from: what they have open is nobody's server. */
  readonly ourselves: ReadonlySet<string>;
}

/** The kubelet mounts volumes here for pods; whoever sees these mounts has them from the machine. */
const KUBELET_MOUNT = /\/pods\/[^/]+\/(volumes|volume-subpaths)\//;

/**
 * Looks at every process once. Those that end meanwhile are left out.
 *
 * @param proc where the kernel tells of processes
 * @throws where it does not tell of any
 */
export async function lookAtProcesses(places: readonly Place[], proc = "/proc"): Promise<Sight> {
  const own = rootOf(await ownMounts(proc));
  const machine = await rootOfMachine(proc) ?? own;
  const roots = [machine, own];
  const looking: Looking = { proc, places, roots, views: new Map(), ourselves: await lineage(proc) };
  const holders: Holder[] = [];
  let unseen = 0;
  for await (const { name: pid } of Deno.readDir(proc)) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      holders.push(...await lookAt(pid, looking));
    } catch (error) {
      if (error instanceof Deno.errors.PermissionDenied && await isProgram(pid, proc)) unseen++;
    }
  }
  // A process that hides even from who may look at all is the machine's own.
  return {
    holders,
    unseen: await maySeeAll(proc) ? 0 : unseen,
    hidden: isSame(own, machine) ? [] : places.filter(({ location }) => location?.device === own?.device),
  };
}

/** Of the first process, whose mounts anybody may read: with the machine's processes in sight it is the machine's. */
async function rootOfMachine(proc: string): Promise<Mounted | undefined> {
  return await Deno.readTextFile(`${proc}/1/mountinfo`).then(
    (text) => rootOf(parseMountinfo(text)),
    () => undefined,
  );
}

function rootOf(mounts: readonly Mounted[]): Mounted | undefined {
  return mounts.findLast(({ path }) => path === "/");
}

function isSame(left: Mounted | undefined, right: Mounted | undefined): boolean {
  return left?.device === right?.device && left?.root === right?.root;
}

const CAP_SYS_PTRACE = 19n;

/**
 * To look at a process of another user, or of one with more capabilities, asks for CAP_SYS_PTRACE (ptrace(2),
 * "access mode checking"); AppArmor's profile of containers refuses it all the same. Root in a container has neither.
 */
async function maySeeAll(proc: string): Promise<boolean> {
  const [status, profile] = await Promise.all(
    ["status", "attr/current"].map((file) => Deno.readTextFile(`${proc}/self/${file}`).catch(() => "")),
  );
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? "")?.[1] ?? "0"}`);
  return (capabilities >> CAP_SYS_PTRACE & 1n) === 1n && !/ \(enforce\)\s*$/.test(profile ?? "");
}

async function lookAt(pid: string, looking: Looking): Promise<readonly Holder[]> {
  const { proc, places, ourselves } = looking;
  const view = await viewOf(pid, looking);
  const found: Omit<Holder, "pid" | "command" | "group" | "namespace">[] = [];
  for (const place of places) {
    const mount = writableMount(place, view);
    if (mount !== undefined) found.push({ place, how: "mount", path: mount.path });
  }
  const reached = places.map((place) => ({ place, paths: pathsOf(place, view) }))
    .filter(({ paths }) => paths.length > 0);
  if (reached.length > 0 && !ourselves.has(pid)) {
    for (const path of await openFiles(pid, proc, (path) => reached.some((one) => lies(path, one.paths)))) {
      for (const { place, paths } of reached) if (lies(path, paths)) found.push({ place, how: "file", path });
    }
    const directory = await Deno.readLink(`${proc}/${pid}/cwd`);
    for (const { place, paths } of reached) {
      if (lies(directory, paths) && await hasNoTerminal(pid, proc)) {
        found.push({ place, how: "directory", path: directory });
      }
    }
  }
  if (found.length === 0) return [];
  const [command, group] = await Promise.all(
    ["comm", "cgroup"].map((file) => Deno.readTextFile(`${proc}/${pid}/${file}`)),
  );
  const common = {
    pid: Number(pid),
    command: command?.trim() ?? "",
    group: group ?? "",
    namespace: view.name,
  };
  return found.map((one) => ({ ...common, ...one }));
}

async function viewOf(pid: string, { proc, views, roots }: Looking): Promise<View> {
  const [namespace, root] = await Promise.all(
    ["ns/mnt", "root"].map((link) => Deno.readLink(`${proc}/${pid}/${link}`)),
  );
  const name = `${namespace} ${root}`;
  const known = views.get(name);
  if (known !== undefined) return known;
  const mounts = parseMountinfo(await Deno.readTextFile(`${proc}/${pid}/mountinfo`));
  const theirs = rootOf(mounts);
  const isContainer = theirs !== undefined && !roots.some((root) => isSame(root, theirs));
  const view = { name, mounts, isContainer };
  views.set(name, view);
  return view;
}

/** A mount that somebody made for a container; read-only ones cannot be written through. */
function writableMount({ location }: Place, { mounts, isContainer }: View): Mounted | undefined {
  if (!isContainer || location === undefined) return undefined;
  return mounts.find(({ device, root, path, writable }) =>
    writable && device === location.device && isNested(root, location.directory) && !KUBELET_MOUNT.test(path)
  );
}

/** Where the processes of a view find the place; of one that is mounted nowhere, by its name. */
function pathsOf({ location, real }: Place, { mounts, isContainer }: View): readonly string[] {
  if (location !== undefined) return aliases(location, mounts);
  return isContainer ? [] : [real];
}

function lies(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => isWithin(path, directory));
}

const ACCESS_MODE = 0o3;

/** Files open for writing, of those that are asked for. */
async function openFiles(
  pid: string,
  proc: string,
  isWanted: (path: string) => boolean,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(`${proc}/${pid}/fd`)) {
    const path = await Deno.readLink(`${proc}/${pid}/fd/${name}`).catch(() => "");
    if (!path.startsWith("/") || !isWanted(path)) continue;
    const info = await Deno.readTextFile(`${proc}/${pid}/fdinfo/${name}`).catch(() => "");
    const flags = parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? "0", 8);
    if ((flags & ACCESS_MODE) !== 0) found.push(path);
  }
  return found;
}

/** The fields of `stat` after the name, which may hold anything: state, parent, group, session, terminal. */
async function fieldsOf(pid: string, proc: string): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${proc}/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

async function hasNoTerminal(pid: string, proc: string): Promise<boolean> {
  return (await fieldsOf(pid, proc))[4] === "0";
}

async function lineage(proc: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let pid = await Deno.readLink(`${proc}/self`);
  while (pid !== "0" && !found.has(pid)) {
    found.add(pid);
    pid = await fieldsOf(pid, proc).then((fields) => fields[1] ?? "0", () => "0");
  }
  return found;
}

/** Threads of the kernel have no command line. One that cannot even be read is somebody's. */
async function isProgram(pid: string, proc: string): Promise<boolean> {
  return await Deno.readTextFile(`${proc}/${pid}/cmdline`).then(
    (text) => text !== "",
    (error) => error instanceof Deno.errors.PermissionDenied,
  );
}
