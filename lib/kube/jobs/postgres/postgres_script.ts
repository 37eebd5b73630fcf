/** The shell script of the job that prepares PostgreSQL; `$1` holds psql's input. */
import { LOG_IN, LOG_IN_TO_CHANGE, SHELL_PARTS } from "../script/shell_parts.ts";

export const POSTGRES_CLIENT =
  `command -v psql >/dev/null 2>&1 || fail "The image has no psql; give another one by databases.<service>.image"
problem=/tmp/problem
export PGHOST="$DATABASE_HOST" PGPORT="$DATABASE_PORT" PGUSER="$ADMIN_USER" PGDATABASE="\${ADMIN_DATABASE:-postgres}"
export PGCONNECT_TIMEOUT=5 PGAPPNAME="$0" PGOPTIONS="-c client_min_messages=warning" PGCLIENTENCODING=UTF8
run_client() { PGPASSWORD=$password psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
answers() {
  if run_client -c "SELECT 1" >/dev/null 2>"$problem"; then login=accepted; return 0; fi
  if grep -q "password authentication failed\\|no pg_hba.conf entry\\|role .* does not exist" "$problem"; then
    login=refused
    return 0
  fi
  return 1
}
${LOG_IN}`;

export const POSTGRES_USERS_SCRIPT = `${SHELL_PARTS}${POSTGRES_CLIENT}
${LOG_IN_TO_CHANGE}
session() {
  # Terse, because an error's context would show the statement; and no statement in the server's log.
  printf '%s\\n' '\\set VERBOSITY terse' '\\set SHOW_CONTEXT never' 'SET standard_conforming_strings = on;' \\
    "SELECT set_config(name, value, false) FROM (VALUES ('log_statement', 'none'), ('log_min_error_statement', 'panic')," \\
    "  ('log_min_duration_statement', '-1')) AS setting (name, value)" \\
    "  WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \\\\g /dev/null"
  printf "\\\\set admin_password '%s'\\n" "$(in_base64 "$ADMIN_PASSWORD")"
  index=0
  while [ "$index" -lt "$PASSWORDS" ]; do
    eval "value=\\$PASSWORD_$index"
    eval "user=\\$USER_$index"
    [ -n "$value" ] || fail "Password of $user is empty"
    printf "\\\\set password_%s '%s'\\n" "$index" "$(in_base64 "$value")"
    index=$((index + 1))
  done
}
input=/tmp/input
session > "$input" || exit 1
if [ "$changes_admin" = yes ]; then
  {
    cat "$input"
    printf '%s\\n' "SELECT format('ALTER ROLE %I PASSWORD %L', current_user, convert_from(decode(:'admin_password', 'base64'), 'UTF8')) \\\\gexec"
  } | run_client || fail "The password of $ADMIN_USER could not be changed"
  printf 'Password of %s changed\\n' "$ADMIN_USER"
  password=$ADMIN_PASSWORD
fi
printf '%s' "$1" >> "$input"
run_client < "$input" || fail "Stopped at the first error; the last line above names what was being made"
rm -f "$input"
`;
