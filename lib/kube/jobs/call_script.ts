/** The script of a Job that calls a program once over HTTP; it needs a shell, nc, od and sed, as busybox has. */
import { SHELL_PARTS } from "./shell_parts.ts";

/**
 * `$1` is the path, `$2` the method, every further argument the name of a placeholder: `{NAME}` in the path stands for
 * the percent-encoded value of the variable `VALUE_NAME`. Neither the path with its values nor the answer is printed,
 * as both may hold a secret.
 */
export const CALL_SCRIPT = `${SHELL_PARTS}
encoded() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \\n' | sed 's/../%&/g'; }
path=$1 method=$2
shift 2
for name; do
  eval "value=\\$VALUE_$name"
  [ -n "$value" ] || fail "The value of {$name} is empty"
  value=$(encoded "$value") done_part=
  while :; do
    case $path in *"{$name}"*) ;; *) break;; esac
    done_part=$done_part\${path%%"{$name}"*}$value
    path=\${path#*"{$name}"}
  done
  path=$done_part$path
done
# The input stays open until the answer is there: a server may give up a request whose sender is gone.
send() {
  rm -f /tmp/answered
  {
    printf '%s %s HTTP/1.1\\r\\nHost: %s\\r\\n' "$method" "$path" "$CALL_HOST"
    printf 'Connection: close\\r\\nContent-Length: 0\\r\\n\\r\\n'
    turns=0
    while [ ! -e /tmp/answered ] && [ "$turns" -lt "$CALL_SECONDS" ]; do sleep 1; turns=$((turns + 1)); done
  } | { nc "$CALL_HOST" "$CALL_PORT" > /tmp/answer 2> /tmp/problem || true; : > /tmp/answered; }
  status=000
  read -r protocol status rest < /tmp/answer || true
}
# What does not listen yet is asked again; an answer, whatever it is, is the end.
is_answered() { send; [ "$status" != 000 ]; }
waited is_answered || fail "Nothing answered on $CALL_HOST:$CALL_PORT within $WAIT_SECONDS seconds"
case $status in
  2??) ;;
  *) fail "The answer is $status";;
esac
printf 'Done\\n'
`;
