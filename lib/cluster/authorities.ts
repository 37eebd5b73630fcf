/**
 * Whom a connection trusts. `caCerts` of `Deno.createHttpClient` adds to Deno's own authorities: without more, every
 * public one, and that of `DENO_CERT`, could vouch for somebody else's API server. Deno reads its own once in a process,
 * when they are first needed, and is told here that there are none.
 */
import { withVariables } from "./environment.ts";

const NONE = { DENO_TLS_CA_STORE: "", DENO_CERT: undefined };
/** No store has that name, so reading it fails; what was read before is not read again. */
const UNREADABLE = { DENO_TLS_CA_STORE: "unreadable", DENO_CERT: undefined };

let isAlone: boolean | undefined;

/**
 * Makes a client that trusts its own authority.
 * @returns with whether that authority is the only one: not in a run that already needed Deno's own, to download a
 *   package or to ask an identity provider
 */
export function trustingOnlyItsOwn(
  make: () => Deno.HttpClient,
): { readonly client: Deno.HttpClient; readonly isAlone: boolean } {
  const wasRead = isAlone === undefined && withVariables(UNREADABLE, isReadable);
  const client = withVariables(NONE, make);
  isAlone ??= !wasRead;
  return { client, isAlone };
}

function isReadable(): boolean {
  try {
    Deno.createHttpClient({}).close();
    return true;
  } catch {
    return false;
  }
}
