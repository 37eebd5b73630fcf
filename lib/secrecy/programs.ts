/** How known programs take secrets as arguments, where the name of the flag does not say so. */

/** The flags and positions of one program. */
export interface Program {
  /** Flags whose value, attached or next, is a secret: `-a`. */
  readonly flags?: readonly string[];
  /** Flags with an attached value alone: `-pSECRET`; the bare flag asks. */
  readonly attached?: readonly string[];
  /** Flags that hold `user:password`. */
  readonly users?: readonly string[];
  /** Flags that look like a secret's and have no value of it. */
  readonly bare?: readonly string[];
  /** Words, and which of the words behind them (from 1, flags not counted) are secrets. */
  readonly after?: Readonly<Record<string, readonly number[]>>;
}

const MYSQL: Program = { attached: ["-p"], bare: ["--password", "--password1", "--password2"] };
const MONGO: Program = { flags: ["-p"] };
const POSTGRES: Program = { bare: ["--password", "--no-password", "-W", "-w"] };
const LDAP: Program = { flags: ["-w"] };
const MOSQUITTO: Program = { flags: ["-P"] };
const REDIS: Program = {
  flags: ["-a", "--pass"],
  after: { auth: [1, 2], requirepass: [1], masterauth: [1] },
};
const LOGIN: Program = {
  flags: ["-p"],
  users: ["--creds", "--src-creds", "--dest-creds", "--user", "-u"],
  bare: ["--secret"],
};
const MINIO: Program = { after: { set: [3, 4], add: [3, 4] } };
/** `htpasswd -nbB user password` writes to the screen, `-bc file user password` into a file. */
const HTPASSWD: Program = { after: { "-nb": [2], "-b": [3] } };

const PROGRAMS: Readonly<Record<string, Program>> = {
  redis: REDIS,
  "7z": { attached: ["-p"] },
  ab: { users: ["-A", "-P"] },
  bcp: { flags: ["-P"] },
  caddy: { flags: ["--plaintext", "-p"] },
  cqlsh: { flags: ["-p"] },
  curl: {
    users: ["-u", "--user", "-U", "--proxy-user"],
    flags: ["--pass", "-b", "--cookie", "--oauth2-bearer"],
  },
  cypher: { flags: ["-p"] },
  etcdctl: { users: ["--user"] },
  gotty: { users: ["-c", "--credential"] },
  htpasswd: HTPASSWD,
  http: { users: ["-a", "--auth"] },
  https: { users: ["-a", "--auth"] },
  influx: { flags: ["-password", "-t", "-p"], bare: ["-precision"] },
  keytool: {
    flags: ["-storepass", "-keypass", "-srcstorepass", "-deststorepass", "-srckeypass", "-destkeypass"],
  },
  ldap: LDAP,
  ldappasswd: { flags: ["-w", "-a", "-s"] },
  mc: MINIO,
  mcli: MINIO,
  mongo: MONGO,
  mosquitto: MOSQUITTO,
  mosquitto_passwd: { after: { "-b": [3] } },
  mysql: MYSQL,
  "neo4j-admin": { after: { "set-initial-password": [1] } },
  nodetool: { flags: ["-pw"] },
  ngrok: { after: { authtoken: [1], "add-authtoken": [1] } },
  openssl: { flags: ["-k", "-K", "-passin", "-passout", "-pass"] },
  postgres: POSTGRES,
  rabbitmqadmin: { flags: ["-p"] },
  rabbitmqctl: {
    after: { add_user: [2], change_password: [2], authenticate_user: [2], set_cluster_cookie: [1] },
  },
  registry: LOGIN,
  samba: { users: ["-u"] },
  smbclient: { users: ["-U", "--user"] },
  snmp: { flags: ["-c", "-A", "-X"] },
  sqlcmd: { flags: ["-P"] },
  ssh_keygen: { flags: ["-N", "-P"] },
  sshpass: { flags: ["-p"] },
  surreal: { flags: ["-p", "--pass"] },
  tailscale: { flags: ["--authkey", "--auth-key"] },
  ttyd: { users: ["-c", "--credential"] },
  turnserver: { users: ["-u", "--user"] },
  unzip: { flags: ["-P"] },
  useradd: { flags: ["-p", "--password"] },
  vault: { after: { login: [1] } },
  x11vnc: { flags: ["-passwd"] },
  zip: { flags: ["-P"] },
};

/** Names that a family of programs has. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^(redis|valkey|keydb|dragonfly)(-(cli|server|sentinel|benchmark))?$/, "redis"],
  [
    /^(mysql|mariadb)([-_]?(admin|dump|check|import|show|slap|pump|binlog|upgrade|backup|sh|d-safe|_upgrade))?$|^(xtrabackup|mariabackup|mydumper|myloader)$/,
    "mysql",
  ],
  [/^mongo(sh|dump|restore|export|import|stat|top|files)?$/, "mongo"],
  [
    /^(psql|pg_(dump|dumpall|restore|isready|basebackup|receivewal)|createdb|dropdb|createuser|vacuumdb|reindexdb|pgbench)$/,
    "postgres",
  ],
  [/^ldap(search|whoami|add|modify|delete|compare|modrdn)$/, "ldap"],
  [/^mosquitto_(pub|sub|rr)$/, "mosquitto"],
  [/^(docker|podman|nerdctl|helm|skopeo|crane|buildah|oras|regctl)$/, "registry"],
  [/^snmp(get|walk|bulkwalk|set|bulkget|status|getnext)$/, "snmp"],
  [/^cypher-shell$/, "cypher"],
  [/^ssh-keygen$/, "ssh_keygen"],
  [/^(7z|7za|7zz|7zr)$/, "7z"],
  [/^samba(\.sh)?$/, "samba"],
];

/** The program that a word names, by its last part: `/usr/bin/redis-cli`. */
export function programOf(word: string): Program | undefined {
  const name = word.slice(word.lastIndexOf("/") + 1);
  const family = FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
  return Object.hasOwn(PROGRAMS, family ?? name) ? PROGRAMS[family ?? name] : undefined;
}
