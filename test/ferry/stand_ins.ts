/** Images that stand for those of a stack which no registry gives here: they do nothing but start and be healthy. */
import { parse } from "yaml";
import type { Image } from "./image.ts";

/** What is used of `config`, which prints the project as it was understood. */
export interface PrintedProject {
  readonly services: Readonly<Record<string, PrintedService>>;
}

export interface PrintedService {
  readonly image?: string;
  readonly network_mode?: string;
  readonly ports?: readonly { readonly target: number; readonly published?: string }[];
  readonly expose?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly restart?: string | false;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes?: readonly {
    readonly type: string;
    readonly source?: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
}

/**
 * Listens where FAF's healthchecks, waiting init containers and calls ask, and stays until it is asked to stop. Told to
 * migrate, it ends, as a server's own job does that prepares its tables.
 */
const SERVER = `#!/bin/sh
case "$*" in *migrate*) exit 0 ;; esac
for port in 3306 8011; do httpd -p $port -h /answers 2> /dev/null; done
[ -z "\${UNITDB_UPGRADE_SECRET:-}" ] || httpd -p 80 -h /answers
trap 'exit 0' TERM
tail -f /dev/null &
wait
`;

/** Ends well, whatever it is told. */
export const TASK = "#!/bin/sh\nexit 0\n";

/** What healthchecks and the jobs that prepare users call; `test:jobs` runs those against real servers. */
const CLIENTS = ["mysqladmin", "mariadb", "psql", "mongosh", "erl"];

/** What is answered and called, whatever the stand-in does besides. */
export const STAND_IN_FILES: Readonly<Record<string, string>> = {
  "/answers/actuator/health": "UP\n",
  "/answers/update.php": "loaded\n",
  ...Object.fromEntries(CLIENTS.map((name) => [`/bin/${name}`, TASK])),
};

/** Asks `config`, whose output is read. @param flags that name the stack @throws when it fails */
export async function printProject(flags: readonly string[]): Promise<PrintedProject> {
  const args = ["run", "-A", "main.ts", "config", "--show-secrets", ...flags];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return readPrintedProject(text.decode(stdout));
}

/** Reads what `config` printed. */
function readPrintedProject(text: string): PrintedProject {
  return parse(text) as PrintedProject;
}

/** One image for each that the project names. A service that is not restarted ends by itself. */
export function standIns(project: PrintedProject): readonly Image[] {
  const tasks = new Map<string, boolean>();
  for (const { image, restart } of Object.values(project.services)) {
    if (image !== undefined) tasks.set(fullName(image), restart === "no" || restart === false);
  }
  return [...tasks].map(([name, isTask]) => ({
    name,
    entrypoint: ["/bin/stand-in"],
    files: { ...STAND_IN_FILES, "/bin/stand-in": isTask ? TASK : SERVER },
  }));
}

/** An image's name as containerd knows it: with its registry, its library and its tag. */
export function fullName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = hasRegistry ? image : rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
  return /:[^/]+$/.test(path) ? path : `${path}:latest`;
}
