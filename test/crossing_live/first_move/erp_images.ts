/** The images of a public ERPNext: MariaDB is real, its programs write to its volume and answer with what it says. */
import { join } from "node:path";
import { archive } from "../../ferry/archive.ts";
import type { Image } from "../../ferry/image.ts";
import { type Bases, page, program, putApplets, serverAs, serving, STAY } from "./images.ts";

/** Uid and gid of its programs. */
const OWNER = 1000;
const BENCH = "/home/frappe/frappe-bench";

/** The parts of its command line that the stack and its operator call. */
const COMMANDS = `#!/bin/sh
case $1 in
  set-config) echo "$3=$4" >> sites/common_site_config ;;
  new-site)
    mkdir -p "sites/$2"
    mariadb -h "$(sed -n s/^db_host=//p sites/common_site_config | tail -n 1)" -u root -p"$3" -e "CREATE DATABASE erp;
      CREATE TABLE erp.item (name TEXT); INSERT INTO erp.item VALUES ('Anchor');
      CREATE USER erp@'%' IDENTIFIED BY 'buoy-7'; GRANT ALL ON erp.* TO erp@'%'"
    echo buoy-7 > "sites/$2/password" ;;
  *) ${STAY.replaceAll("\n", "\n     ")} ;;
esac
`;

/** Every item that the database has, asked as the site's own user. */
const ITEMS = page(`cd ${BENCH}
cat sites/apps.txt
mariadb -h "$(sed -n s/^db_host=//p sites/common_site_config | tail -n 1)" -u erp \\
  -p"$(cat sites/*/password)" -N erp -e 'SELECT name FROM item ORDER BY name'`);

/** @returns all but Traefik's */
export async function erpImages(bases: Bases): Promise<readonly Image[]> {
  const layer = await archive(bases.directory, "bench", async (root) => {
    await putApplets(root);
    const bench = join(root, BENCH);
    for (const name of ["apps/erpnext", "apps/frappe", "sites"]) {
      await Deno.mkdir(join(bench, name), { recursive: true });
    }
    for (const name of ["", "apps", "sites"]) await Deno.chown(join(bench, name), OWNER, OWNER);
  });
  const erp = program("frappe/erpnext:v16.32.3", `#!/bin/sh\nexec "$@"\n`, {
    "/usr/local/bin/bench": COMMANDS,
    "/usr/local/bin/node": `#!/bin/sh\n${serving("/www", "9000")}`,
    "/usr/local/bin/gunicorn": serving("/backend", "8000"),
    "/usr/local/bin/nginx-entrypoint.sh": serving("/frontend", "8080"),
    "/backend/cgi-bin/index.cgi": ITEMS,
    "/frontend/cgi-bin/index.cgi": page('wget -q -O - "http://$BACKEND/"'),
    "/www/index.html": "socket\n",
  }, {
    base: bases.debian,
    layer,
    command: ["gunicorn"],
    user: `${OWNER}:${OWNER}`,
    more: { WorkingDir: BENCH, Volumes: { [`${BENCH}/sites`]: {} } },
  });
  const mariadb = serverAs("mariadb:11.8", "mariadb", bases);
  return [
    erp,
    {
      ...mariadb,
      files: { ...mariadb.files, "/usr/local/bin/healthcheck.sh": "#!/bin/sh\nexec mariadb-admin ping\n" },
    },
    program("library/redis:8.6-alpine", serving("/www", "6379"), { "/www/index.html": "PONG\n" }, {
      more: { ExposedPorts: { "6379/tcp": {} }, Volumes: { "/data": {} } },
    }),
  ];
}
