/** Images of real servers from Debian's packages, which start as the official ones do. */
import type { Image } from "./image.ts";

/** The packages of the one file system that all of them share. */
export const SERVER_PACKAGES = ["mariadb-server", "postgresql", "rabbitmq-server", "openssh-server"] as const;

/** Makes the system tables where there are none, with the administrator of the environment, then serves. */
const MARIADB = `#!/bin/sh
set -e
install -d -o mysql /run/mysqld
first=
if [ ! -d /var/lib/mysql/mysql ]; then
  chown mysql /var/lib/mysql
  mariadb-install-db --user=mysql > /dev/null
  if [ -n "\${MYSQL_ROOT_PASSWORD:-}" ]; then
    password=$(printf %s "$MYSQL_ROOT_PASSWORD" | sed "s/'/''/g")
    printf "CREATE USER root@'%%' IDENTIFIED BY '%s';\\n" "$password" > /run/mysqld/first.sql
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;" >> /run/mysqld/first.sql
    first=--init-file=/run/mysqld/first.sql
  fi
fi
exec mariadbd --user=mysql --bind-address=0.0.0.0 $first
`;

/** Makes a cluster where there is none, whose superuser logs in with a password, then serves without root. */
export const POSTGRES = `#!/bin/sh
set -e
programs=$(echo /usr/lib/postgresql/*/bin)
data=/var/lib/postgresql/data
as_postgres() { exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
chown postgres "$data"
chmod 700 "$data"
if [ ! -s "$data/PG_VERSION" ]; then
  (umask 077 && printf %s "$POSTGRES_PASSWORD" > /run/first)
  chown postgres /run/first
  (as_postgres "$programs/initdb" --username="$POSTGRES_USER" --pwfile=/run/first --auth=scram-sha-256 -D "$data") > /dev/null
  rm /run/first
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
fi
as_postgres "$programs/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp
`;

/**
 * Gives itself the directory, then leaves root. The broker itself reads RABBITMQ_DEFAULT_USER and its like. Debian's own
 * wrapper on the PATH would not pass on the signal that ends it.
 */
const RABBITMQ = `#!/bin/sh
set -e
chown rabbitmq:rabbitmq /var/lib/rabbitmq
export HOME=/var/lib/rabbitmq
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups /usr/lib/rabbitmq/bin/rabbitmq-server
`;

/** @param base the file system with {@link SERVER_PACKAGES}. */
export function serverImages(base: string): readonly Image[] {
  return [
    serverImage("mariadb:10.11", base, MARIADB),
    serverImage("postgres:15", base, POSTGRES),
    serverImage("rabbitmq:3.10", base, RABBITMQ, {
      "/etc/rabbitmq/enabled_plugins": "[rabbitmq_management].\n",
    }),
  ];
}

/** An image on the file system that starts with a script. */
export function serverImage(name: string, base: string, start: string, files: Image["files"] = {}): Image {
  return {
    name: `docker.io/library/${name}`,
    base,
    entrypoint: ["/usr/local/bin/start"],
    files: { "/usr/local/bin/start": start, ...files },
  };
}
