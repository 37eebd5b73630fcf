/**
 * The shell scripts that dump databases into `/backup`. A dump is named when it is complete; what an interrupted run
 * left is removed by the next, and of the complete ones the newest `KEEP` stay.
 */
import { MYSQL_CLIENT } from "./mariadb/mysql_script.ts";
import { POSTGRES_CLIENT } from "./postgres/postgres_script.ts";
import { SHELL_PARTS } from "./script/shell_parts.ts";

const BEGIN = `
folder=/backup
rm -f "$folder"/*.part
target=$folder/$BACKUP_NAME-$(date -u +%Y%m%dT%H%M%SZ).$EXTENSION
`;

const END = `
[ -s "$target.part" ] || fail "The dump is empty"
mv "$target.part" "$target"
printf '%s: %s bytes\\n' "$target" "$(($(wc -c < "$target")))"
# The names sort by time.
count=$(ls "$folder" | grep -c "^$BACKUP_NAME-[0-9TZ]*\\.$EXTENSION$" || true)
ls "$folder" | grep "^$BACKUP_NAME-[0-9TZ]*\\.$EXTENSION$" | sort | while read -r old; do
  [ "$count" -gt "$KEEP" ] || break
  rm -f "$folder/$old"
  count=$((count - 1))
done
`;

/** `$1` and so on are the databases; none: all. A failure on the left of a pipe is a failure of the dump. */
export const MYSQL_BACKUP_SCRIPT = `${SHELL_PARTS}${MYSQL_CLIENT}
log_in
[ "$login" = accepted ] || fail "The server refuses the password of $ADMIN_USER"
${BEGIN}
dump=mysqldump
command -v mariadb-dump >/dev/null 2>&1 && dump=mariadb-dump
[ "$#" -gt 0 ] && set -- --databases -- "$@" || set -- --all-databases
rm -f /tmp/failed
{
  MYSQL_PWD=$password "$dump" --no-defaults --protocol=tcp --host="$DATABASE_HOST" --port="$DATABASE_PORT" \\
    --user="$ADMIN_USER" --single-transaction --quick --routines --events --triggers --hex-blob "$@" ||
    : > /tmp/failed
} | gzip > "$target.part"
[ ! -e /tmp/failed ] || fail "The dump failed"
${END}`;

/** All: roles too, as text for psql; else one archive per call is not enough, so each database in one text. */
export const POSTGRES_BACKUP_SCRIPT = `${SHELL_PARTS}${POSTGRES_CLIENT}
log_in
[ "$login" = accepted ] || fail "The server refuses the password of $ADMIN_USER"
${BEGIN}
export PGPASSWORD="$password"
rm -f /tmp/failed
{
  if [ "$#" -eq 0 ]; then pg_dumpall || : > /tmp/failed
  else
    for database in "$@"; do
      PGDATABASE=$database pg_dump --create || : > /tmp/failed
    done
  fi
} | gzip > "$target.part"
[ ! -e /tmp/failed ] || fail "The dump failed"
${END}`;

/** The password goes by a file that the program reads, as its arguments are there for everybody to see. */
export const MONGODB_BACKUP_SCRIPT = `${SHELL_PARTS}
command -v mongodump >/dev/null 2>&1 || fail "The image has no mongodump"
${BEGIN}
export HOME=/tmp
printf 'password: "%s"\\n' "$(printf '%s' "$ADMIN_PASSWORD" | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g')" > /tmp/dump.yaml
[ "$#" -eq 0 ] || set -- "--db=$1"
mongodump --config=/tmp/dump.yaml --host="$DATABASE_HOST" --port="$DATABASE_PORT" --username="$ADMIN_USER" \\
  --authenticationDatabase=admin --gzip --archive="$target.part" "$@" || fail "The dump failed"
rm -f /tmp/dump.yaml
${END}`;

/** Statements in `$1`, in the database `$2`. */
export const MYSQL_TIMER_SCRIPT = `${SHELL_PARTS}${MYSQL_CLIENT}
log_in
[ "$login" = accepted ] || fail "The server refuses the password of $ADMIN_USER"
printf '%s' "$1" | run_client --database="$2" || fail "Stopped at the first error"
printf 'Done\\n'
`;

/** The same for psql. */
export const POSTGRES_TIMER_SCRIPT = `${SHELL_PARTS}${POSTGRES_CLIENT}
log_in
[ "$login" = accepted ] || fail "The server refuses the password of $ADMIN_USER"
export PGDATABASE="$2"
printf '%s' "$1" | run_client || fail "Stopped at the first error"
printf 'Done\\n'
`;
