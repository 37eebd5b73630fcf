/** The shell script of the job that prepares MariaDB or MySQL; `$1` holds the statements. */
import { LOG_IN, LOG_IN_TO_CHANGE, SHELL_PARTS } from "../script/shell_parts.ts";

/** Which of the client's two names there is, and how it is called: nothing secret among its arguments. */
export const MYSQL_CLIENT = `if command -v mariadb >/dev/null 2>&1; then client=mariadb
elif command -v mysql >/dev/null 2>&1; then client=mysql
else fail "The image has neither mariadb nor mysql; give another one by databases.<service>.image"
fi
problem=/tmp/problem
run_client() {
  MYSQL_PWD=$password "$client" --no-defaults --protocol=tcp --host="$DATABASE_HOST" --port="$DATABASE_PORT" \\
    --user="$ADMIN_USER" --connect-timeout=5 --default-character-set=utf8mb4 --batch --skip-column-names "$@"
}
# Succeeds where the server answers, whatever it answers; the answer decides below.
answers() {
  if run_client --execute="SELECT 1" >/dev/null 2>"$problem"; then login=accepted; return 0; fi
  if grep -q "ERROR 1045\\|ERROR 1698" "$problem"; then login=refused; return 0; fi
  return 1
}
${LOG_IN}`;

export const MYSQL_USERS_SCRIPT = `${SHELL_PARTS}${MYSQL_CLIENT}
${LOG_IN_TO_CHANGE}
# Makes @identified_NAME of @password_NAME: what has to follow IDENTIFIED BY.
identified() {
  printf '%s\\n' "SET @hash = IF(VERSION() LIKE '%MariaDB%'," \\
    "  'SELECT CONCAT(\\'PASSWORD \\', QUOTE(PASSWORD(@password_$1))) INTO @identified_$1'," \\
    "  'SELECT QUOTE(@password_$1) INTO @identified_$1');" \\
    "PREPARE hash FROM @hash;" "EXECUTE hash;" "DEALLOCATE PREPARE hash;"
}
session() {
  # The statements hold no password, and still no log of the server shall have the variables. MariaDB writes what
  # follows IDENTIFIED BY into its binary log, so it gets the hash; MySQL, which has no PASSWORD() any more, writes
  # the hash by itself.
  printf '%s\\n' "SET SESSION sql_mode = '';" "SET SESSION sql_log_off = 1;"
  printf 'SET @admin_user = CONVERT(FROM_BASE64("%s") USING utf8mb4);\\n' "$(in_base64 "$ADMIN_USER")"
  printf 'SET @password_admin = CONVERT(FROM_BASE64("%s") USING utf8mb4);\\n' "$(in_base64 "$ADMIN_PASSWORD")"
  identified admin
  index=0
  while [ "$index" -lt "$PASSWORDS" ]; do
    eval "value=\\$PASSWORD_$index"
    eval "user=\\$USER_$index"
    [ -n "$value" ] || fail "Password of $user is empty"
    printf 'SET @password_%s = CONVERT(FROM_BASE64("%s") USING utf8mb4);\\n' "$index" "$(in_base64 "$value")"
    identified "$index"
    index=$((index + 1))
  done
}
admin_statements() {
  printf '%s\\n' "SET SESSION group_concat_max_len = 65535;" \\
    "SELECT CONCAT('ALTER USER ', GROUP_CONCAT(QUOTE(User), '@', QUOTE(Host), ' IDENTIFIED BY ', @identified_admin))" \\
    "  INTO @statement FROM mysql.user WHERE CAST(User AS BINARY) = CAST(@admin_user AS BINARY);" \\
    "PREPARE statement FROM @statement;" "EXECUTE statement;" "DEALLOCATE PREPARE statement;"
}
input=/tmp/input
session > "$input" || exit 1
if [ "$changes_admin" = yes ]; then
  { cat "$input"; admin_statements; } | run_client || fail "The password of $ADMIN_USER could not be changed"
  printf 'Password of %s changed\\n' "$ADMIN_USER"
  password=$ADMIN_PASSWORD
fi
printf '%s' "$1" >> "$input"
run_client < "$input" || fail "Stopped at the first error; the last line above names what was being made"
rm -f "$input"
`;
