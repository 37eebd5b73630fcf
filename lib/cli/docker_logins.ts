/** Docker's own `config.json`: to which registries this machine is logged in. */
import { join } from "node:path";
import { readRegularText } from "../files/regular_file.ts";
import { hostOfKey, type RegistryLogin, type RegistryLogins } from "../stack/registry_logins.ts";
import { decodeBase64 } from "../values/base64.ts";
import { record } from "../values/json.ts";

const MOST_BYTES = 1024 * 1024;

/**
 * Reads `$DOCKER_CONFIG/config.json`, else the one of the home directory. A file that is not there, cannot be read or is
 * no JSON holds no login: Docker, too, pulls without one then.
 */
export async function readDockerLogins(
  environment: Readonly<Record<string, string>>,
): Promise<RegistryLogins | undefined> {
  const { DOCKER_CONFIG, HOME } = environment;
  const folder = DOCKER_CONFIG || (HOME === undefined ? undefined : join(HOME, ".docker"));
  if (folder === undefined) return undefined;
  const file = join(folder, "config.json");
  try {
    return { file, byHost: loginsIn(JSON.parse(await readRegularText(file, MOST_BYTES))) };
  } catch {
    return undefined;
  }
}

/** The logins of a parsed `config.json`. */
export function loginsIn(config: unknown): ReadonlyMap<string, RegistryLogin> {
  const { auths, credHelpers, credsStore } = record(config) ?? {};
  const store = typeof credsStore === "string" && credsStore !== "" ? credsStore : undefined;
  const inFile = Object.entries(record(auths) ?? {}).flatMap(([key, entry]): [string, RegistryLogin][] => {
    const login = loginOf(key, record(entry) ?? {}, store);
    return login === undefined ? [] : [[hostOfKey(key), login]];
  });
  const helped = Object.entries(record(credHelpers) ?? {}).map((
    [key, helper],
  ): [string, RegistryLogin] => [hostOfKey(key), { kept: "helper", helper: String(helper) }]);
  return new Map([...inFile, ...helped]);
}

/** A kubelet reads a user and a password; a store leaves the entry empty, and a token is for Docker's own protocol. */
function loginOf(
  key: string,
  { auth, username, password, identitytoken }: Readonly<Record<string, unknown>>,
  store: string | undefined,
): RegistryLogin | undefined {
  if (typeof identitytoken === "string" && identitytoken !== "") return { kept: "token" };
  if (typeof auth === "string" && hasPassword(auth)) return { kept: "file", key, entry: { auth } };
  if (typeof username === "string" && typeof password === "string" && password !== "") {
    return { kept: "file", key, entry: { username, password } };
  }
  return store === undefined ? undefined : { kept: "helper", helper: store };
}

function hasPassword(auth: string): boolean {
  try {
    return /^[^:]+:.+/s.test(new TextDecoder().decode(decodeBase64(auth)));
  } catch {
    return false;
  }
}
