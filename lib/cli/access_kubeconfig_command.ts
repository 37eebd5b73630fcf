/** `access kubeconfig`: the file by which one person reaches the cluster, on standard output and nowhere else. */
import { Failure } from "../diagnostics/diagnostic.ts";
import type { PersonDecision } from "../decisions/access.ts";
import { accessKubeconfig, type ClusterAddress, type Credential } from "../kube/access/kubeconfig.ts";
import { personIn } from "../kube/access/objects.ts";
import { shortDuration } from "../values/duration.ts";
import { compareAccess, knownPeople, readPeople } from "../run/people.ts";
import { requestToken } from "../run/person_token.ts";
import { suggestPerson } from "./access_person.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { type ReadSession, withReadSession } from "./read_session.ts";
import { durationFlag } from "./write_session.ts";
import type { CommandOptions, Run } from "./command.ts";
import { onCluster } from "./next_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { encodeBase64 } from "../values/base64.ts";

/** The API server refuses less, and more than 2^32 seconds. */
const SHORTEST_MS = 600_000;
const LONGEST_MS = 2 ** 32 * 1000;

/** Prints the kubeconfig of a person who is granted. */
export function kubeconfig(person: string): Run {
  return (options, surroundings) => {
    const durationMs = tokenDuration(options);
    const server = serverFlag(options);
    return withReadSession(options, surroundings, async (session) => {
      const decided = await requireGranted(person, session);
      const made = decided.user === undefined
        ? await byToken(person, durationMs, session, surroundings)
        : byOidc(person, session);
      print(person, accessKubeconfig(addressOf(session, server), person, made.credential), made, {
        session,
        options,
      });
      return ExitCode.ok;
    });
  };
}

interface Made {
  readonly credential: Credential;
  readonly expiresAt: Date | undefined;
  readonly remark: string;
}

function print(
  person: string,
  text: string,
  { credential, expiresAt, remark }: Made,
  { session: { terminal }, options }: { readonly session: ReadSession; readonly options: CommandOptions },
): void {
  if (options.output === "json") {
    const login = credential.kind === "oidc" ? "oidc" : "service-account";
    const document = { person, login, expiresAt: expiresAt?.toISOString() ?? null, kubeconfig: text };
    terminal.out(`${JSON.stringify({ schemaVersion: 1, ...document })}\n`);
  } else terminal.out(text);
  terminal.err(`${remark}\n`);
  if (credential.kind === "token" && terminal.outIsTerminal) {
    terminal.err(
      "The kubeconfig above is a secret: anyone who has it can log in as this person until its token expires.\n" +
        `Write it to a file that only you can read: umask 077; ${
          onCluster(`access kubeconfig ${shellWord(person)}`, options)
        } > ${shellWord(`${person}.yaml`)}\n`,
    );
  }
}

async function byToken(
  person: string,
  durationMs: number,
  { options, target, namespace }: ReadSession,
  { now }: Surroundings,
): Promise<Made> {
  const made = await requestToken(target.client, namespace, person, Math.ceil(durationMs / 1000));
  if (made === undefined) throw notApplied(person, undefined, { options, namespace });
  const { token, expiresAt } = made;
  const left = expiresAt.getTime() - now().getTime();
  const isOther = Math.abs(left - durationMs) > 60_000;
  const why = isOther ? `, and not after ${shortDuration(durationMs)}: so the server decides` : "";
  const when = `${expiresAt.toISOString().replace("T", " ").replace(/\.\d+Z$/, "Z")}`;
  return {
    credential: { kind: "token", token },
    expiresAt,
    remark: `The token of "${person}" ends at ${when}, in ${
      shortDuration(left)
    }${why}; a revoke ends it earlier.`,
  };
}

function byOidc(person: string, { access: { oidc } }: ReadSession): Made {
  if (oidc === undefined) {
    throw new Failure(ExitCode.input, [{
      code: "cli-access-no-issuer",
      severity: "error",
      message: `"${person}" logs in by OIDC, but the decisions name no issuer`,
      hint: "Add access.oidc with issuer and clientId to the decisions file",
    }]);
  }
  return {
    credential: { kind: "oidc", oidc },
    expiresAt: undefined,
    remark: `"${person}" logs in at ${oidc.issuer}: nothing in this file is secret, and it does not expire.`,
  };
}

/** Granted by the decisions and in the cluster, or an error that says what to do. */
async function requireGranted(
  person: string,
  { options, target, namespace, access }: ReadSession,
): Promise<PersonDecision> {
  const live = await readPeople(target.client, namespace);
  const decided = personIn(access, person);
  if (decided === undefined) {
    throw new Failure(ExitCode.usage, [{
      code: "cli-access-unknown",
      severity: "error",
      message: `"${person}" is not granted access to namespace "${namespace}"`,
      hint: `${suggestPerson(person, knownPeople(access, live))}\n` +
        `Grant it with: ${onCluster(`access grant ${shellWord(person)} --role viewer`, options)}`,
    }]);
  }
  const row = compareAccess(namespace, access, live).find(({ kind, name }) =>
    kind === "person" && name === person
  );
  if (row?.state !== "granted") throw notApplied(person, decided, { options, namespace });
  return decided;
}

function notApplied(
  person: string,
  decided: PersonDecision | undefined,
  { options, namespace }: Pick<ReadSession, "options" | "namespace">,
): Failure {
  return new Failure(ExitCode.usage, [{
    code: "cli-access-pending",
    severity: "error",
    message: `"${person}" is decided, but namespace "${namespace}" does not have it like that yet`,
    hint: onCluster(`access grant ${shellWord(person)} --role ${decided?.role ?? "viewer"}`, options),
  }]);
}

function addressOf({ target, namespace, terminal }: ReadSession, flag: string | undefined): ClusterAddress {
  const { connection } = target;
  const server = flag ?? connection.server;
  if (/^https?:\/\/(localhost|127\.|\[::1\])/.test(server)) {
    terminal.err(
      `The server is ${server}, which is this machine alone; name the address that others reach with --server.\n`,
    );
  }
  const { certificateAuthority } = connection;
  return {
    name: namespace,
    server,
    namespace,
    ...(certificateAuthority === undefined
      ? {}
      : { certificateAuthorityData: encodeBase64(certificateAuthority) }),
  };
}

function tokenDuration(options: CommandOptions): number {
  const text = String(options["duration"] ?? "8h");
  const milliseconds = durationFlag("--duration", text);
  if (milliseconds >= SHORTEST_MS && milliseconds <= LONGEST_MS) return milliseconds;
  throw new Failure(ExitCode.usage, [{
    code: "cli-duration",
    severity: "error",
    message: `--duration: the API server gives no token for ${text}`,
    hint: "Ask for ten minutes or more, such as --duration 8h",
  }]);
}

function serverFlag(options: CommandOptions): string | undefined {
  const text = options["server"];
  if (typeof text !== "string") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" && url.username === "" && url.search === "" && url.hash === "") {
    return text.replace(/\/+$/, "");
  }
  throw new Failure(ExitCode.usage, [{
    code: "cli-access-server",
    severity: "error",
    message: `--server: "${text}" is not the address of an API server`,
    hint: "Write for example --server https://k3s.example.org:6443, a name that the server's certificate has",
  }]);
}
