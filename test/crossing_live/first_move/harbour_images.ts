/** The images of the bundled example: its servers are real, its programs answer with what they get from them. */
import type { Image } from "../../ferry/image.ts";
import { type Bases, onDebian, page, program, serverAs, serving } from "./images.ts";

/** As Flyway does: waits for the server, then makes what is missing. */
const MIGRATIONS = `#!/bin/sh
ask() { mariadb -h faf-db -u "$FLYWAY_USER" -p"$FLYWAY_PASSWORD" "$@"; }
until ask -e 'SELECT 1' > /dev/null 2>&1; do sleep 1; done
ask -e "CREATE DATABASE IF NOT EXISTS harbour;
CREATE TABLE IF NOT EXISTS harbour.ship (name TEXT);
CREATE USER IF NOT EXISTS api@'%' IDENTIFIED BY 'lantern-42';
GRANT ALL ON harbour.* TO api@'%'"
`;

/** Every ship that the database has. */
const SHIPS = page(
  'mariadb -h "\${DATABASE_ADDRESS%:*}" -u "$DATABASE_USERNAME" -p"$DATABASE_PASSWORD" -N "$DATABASE_NAME" ' +
    "-e 'SELECT name FROM ship ORDER BY name'",
);

/** What the API says, with a title. */
const SITE = page('echo "$TITLE"; wget -q -O - "$API_URL/"');

/** @returns all but Traefik's */
export function harbourImages(bases: Bases): readonly Image[] {
  const text = (body: string): Readonly<Record<string, string>> => ({ "/www/index.html": `${body}\n` });
  return [
    serverAs("mariadb:10.6", "mariadb", bases),
    serverAs("rabbitmq:3.9.16-management-alpine", "rabbitmq", bases),
    program("harbour/db-migrations:v7", MIGRATIONS, {}, onDebian(bases)),
    program("oryd/hydra:v1.11.10", serving("/www", "4444", "4445"), text("login")),
    program("harbour/user-service:2.1.1", serving("/www", "8080"), text("users")),
    program("harbour/api:v3.0.4", serving("/www", "8010"), {
      "/www/health": "UP\n",
      "/www/cgi-bin/index.cgi": SHIPS,
    }, onDebian(bases)),
    program("harbour/website:v2.0.10", serving("/www", '"$PORT"'), { "/www/cgi-bin/index.cgi": SITE }),
    program("harbour/guestbook:0.4", serving("/www", "9000"), {
      "/www/guestbook": "guests\n",
    }),
    program("library/nginx:1.20", serving("/usr/share/nginx/html", "80"), {}, {
      more: { ExposedPorts: { "80/tcp": {} } },
    }),
    program("prom/prometheus:v2.40.1", serving("/www", "9090"), text("metrics"), {
      more: { ExposedPorts: { "9090/tcp": {} } },
    }),
  ];
}
