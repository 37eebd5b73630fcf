/** The images of the quay, but that of its pages, which its engine alone has. */
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { debianRoot } from "../ferry/debian.ts";
import { archive } from "../ferry/archive.ts";
import type { Image } from "../ferry/image.ts";
import { fetchBusybox } from "../ferry/requirements.ts";
import { SERVER_PACKAGES, serverImages } from "../ferry/servers.ts";

/** How long one asks a server that may be gone, in seconds. */
const PATIENCE = 3;

const ROW = `#!/bin/sh
# row db|ledger|broker TEXT: leaves it there, and ends with 0 when the server says that it has it.
case $1 in
  db) PGPASSWORD=spyglass PGCONNECT_TIMEOUT=${PATIENCE} timeout 5 /usr/lib/postgresql/15/bin/psql -h db -U harbour postgres \\
    -qc "INSERT INTO log VALUES ('$2')" ;;
  ledger) timeout 5 mariadb --connect-timeout=${PATIENCE} -h ledger -u root -pspyglass quay -e "INSERT INTO log VALUES ('$2')" ;;
  broker) timeout 5 busybox wget -q -O - --header 'Content-Type: application/json' \\
    --header "Authorization: Basic $(printf harbour:spyglass | base64)" --post-data \\
    '{"properties":{"delivery_mode":2},"routing_key":"log","payload":"'"$2"'","payload_encoding":"string"}' \\
    http://broker:15672/api/exchanges/%2F/amq.default/publish | grep -q '"routed":true' ;;
esac
`;

const SCHEMA = `#!/bin/sh
set -e
PGPASSWORD=spyglass /usr/lib/postgresql/15/bin/psql -h db -U harbour postgres -qc 'CREATE TABLE IF NOT EXISTS log (name TEXT)'
mariadb -h ledger -u root -pspyglass -e 'CREATE DATABASE IF NOT EXISTS quay; CREATE TABLE IF NOT EXISTS quay.log (name TEXT)'
`;

const SERVE = `#!/bin/sh
trap 'exit 0' TERM
busybox httpd -p 8080 -h /www
tail -f /dev/null &
wait
`;

/** What was acknowledged has arrived in both databases and in a file, and another service was asked by its alias. */
const WRITE = `#!/bin/sh
name="app $(printf %s "$QUERY_STRING" | tr -cd 0-9)"
missing=
row db "$name" || missing=db
row ledger "$name" || missing="$missing ledger"
echo "$name" >> /uploads/log || missing="$missing uploads"
stock=$(timeout 5 busybox wget -q -O - http://warehouse:8080/stock) || missing="$missing store"
if [ -z "$missing" ]; then echo "HTTP/1.0 200 OK"; else echo "HTTP/1.0 500 Missing"; fi
printf 'content-type: text/plain\\r\\n\\r\\n%s %s\\n' "$name" "\${missing:-$stock}"
`;

/** A row that may be there although nobody said so gets no second try. */
const CLERK = `#!/bin/sh
trap 'exit 0' TERM
for server in db ledger broker; do
  number=$(date +%s)0000
  while sleep "$PACE"; do
    number=$((number + 1))
    if row $server "clerk $number" > /dev/null 2>&1; then echo "wrote $server $number"; else echo "failed $server $number"; fi
  done &
done
wait
`;

/** @param directory where archives are made; they have to stay until the images are written. */
export async function quayImages(
  directory: string,
  report: (line: string) => void,
): Promise<readonly Image[]> {
  const cache = cacheDirectory(Deno.env.toObject());
  const base = await debianRoot(SERVER_PACKAGES, cache, report);
  const busybox = await fetchBusybox(cache, "busybox-static");
  const layer = await archive(directory, "client", async (root) => {
    await Deno.mkdir(join(root, "usr/local/bin"), { recursive: true });
    await Deno.copyFile(busybox, join(root, "usr/local/bin/busybox"));
  });
  const files = {
    "/usr/local/bin/row": ROW,
    "/usr/local/bin/schema": SCHEMA,
    "/usr/local/bin/serve": SERVE,
    "/usr/local/bin/clerk": CLERK,
    "/www/cgi-bin/write": WRITE,
  };
  const servers = serverImages(base).filter(({ name }) => !name.endsWith("/postgres:15"));
  return [...servers, { name: "docker.io/quay/client:1", base, layer, files }];
}
