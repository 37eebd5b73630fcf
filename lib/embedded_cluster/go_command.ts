/** Runs the Go command, or says plainly that it is not there. */
import { ExitCode } from "../diagnostics/exit_code.ts";
import { Failure } from "../diagnostics/diagnostic.ts";

/** The environment of every build: reproducible, without C, and not disturbed by a workspace around the checkout. */
const BUILD_ENVIRONMENT = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false" };

const TWO_WAYS_OUT =
  "Either name a cluster that exists with --kubeconfig FILE, or install Go 1.21 or newer and run " +
  "the same command again";

/** From this release on Go fetches the release that a module asks for. */
const OLDEST_MINOR = 21;

/** Asks Go for its version before anything is begun. @throws Failure with the two ways out, where it cannot build. */
export async function requireGo(): Promise<void> {
  const version = (await runGo(["env", "GOVERSION"], ".")).trim();
  const minor = /^go1\.(\d+)/.exec(version)?.[1];
  if (minor === undefined || Number(minor) >= OLDEST_MINOR) return;
  throw new Failure(ExitCode.cluster, [{
    code: "cluster-go-old",
    severity: "error",
    message: `Cannot build the embedded cluster with ${version} as it needs Go 1.${OLDEST_MINOR} or newer`,
    hint: TWO_WAYS_OUT,
  }]);
}

/** Ends with the two ways out where Go is missing. */
function goIsMissing(): Failure {
  return new Failure(ExitCode.cluster, [{
    code: "cluster-no-go",
    severity: "error",
    message: 'Cannot build the embedded cluster as the "go" command is not on the PATH',
    hint: TWO_WAYS_OUT,
  }]);
}

/** Starts `go` with the arguments in a folder; its outputs are piped. @throws Failure without Go. */
export function startGo(args: readonly string[], directory: string): Deno.ChildProcess {
  try {
    return new Deno.Command("go", {
      args: [...args],
      cwd: directory,
      env: BUILD_ENVIRONMENT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw goIsMissing();
    throw error;
  }
}

/** Runs `go` to its end and gives what it printed. @throws Failure when Go is missing or reports an error. */
export async function runGo(args: readonly string[], directory: string): Promise<string> {
  const { code, stdout, stderr } = await startGo(args, directory).output();
  if (code !== 0) throw goFailed(args, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** What Go said when it failed, cut to its last lines. */
export function goFailed(args: readonly string[], stderr: string): Failure {
  const tail = stderr.trim().split("\n").slice(-8).join("\n  ");
  return new Failure(ExitCode.cluster, [{
    code: "cluster-go-failed",
    severity: "error",
    message: `Cannot complete "go ${args[0]} ${args.at(-1)}": Go ended with\n  ${tail}`,
    hint: 'Go needs its module proxy (see "go env GOPROXY") and about 5 GB of disk for its caches; ' +
      "a cluster that exists can be named with --kubeconfig FILE instead",
  }]);
}
