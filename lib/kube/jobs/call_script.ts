/** The script of a Job that calls a program once over HTTP; it runs in busybox. */
import { SHELL_PARTS } from "./shell_parts.ts";

/**
 * `$1` is the path, `$2` the method, every further argument the name of a placeholder: `{NAME}` in the path stands for
 * the percent-encoded value of the variable `VALUE_NAME`. Neither the path with its values nor the answer is printed,
 * as both may hold a secret.
 */
export const CALL_SCRIPT = `${SHELL_PARTS}
encoded() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \\n' | sed 's/../%&/g'; }
is_up() { nc -z "$CALL_HOST" "$CALL_PORT" 2> /dev/null; }
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
waited is_up || fail "Nothing listens on $CALL_HOST:$CALL_PORT within $WAIT_SECONDS seconds"
[ "$method" = GET ] || set -- --post-data ''
wget -q -T "$CALL_SECONDS" -O /tmp/answer "$@" "http://$CALL_HOST:$CALL_PORT$path" 2> /tmp/problem || {
  # "server returned error: HTTP/1.1 403 Forbidden", and not the address.
  sed -n 's/.*server returned error: //p' /tmp/problem >&2
  fail "The call failed"
}
printf 'Done\\n'
`;
