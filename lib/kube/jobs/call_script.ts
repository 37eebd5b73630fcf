/** The scripts that call a program over HTTP; they need a shell, nc, od and sed, as busybox has. */
import { connects, SHELL_PARTS } from "./script/shell_parts.ts";

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
  } | { nc "\${CALL_ADDRESS:-$CALL_HOST}" "$CALL_PORT" > /tmp/answer 2> /tmp/problem || true; : > /tmp/answered; }
  status=
  read -r protocol status rest < /tmp/answer || true
}
# What does not listen yet is asked again; an answer, whatever it is, is the end.
is_answered() { send; [ -n "$status" ]; }
waited is_answered || fail "Nothing answered on $CALL_HOST:$CALL_PORT within $WAIT_SECONDS seconds"
case $status in
  2??) ;;
  *) fail "The answer is $status";;
esac
printf 'Done\\n'
`;

/** There as long as the program that listens is one that was called. */
export const ANSWERED = "/tmp/answered-call";

/**
 * The same beside the program, in its pod: called at the start, and again whenever the program was away. Once the call
 * fails, it ends, and the kubelet's next try is the next call.
 */
export const CALL_AT_START_SCRIPT = `
called() (
${CALL_SCRIPT})
listens() { ${connects('"$CALL_ADDRESS"', '"$CALL_PORT"')}; }
trap 'exit 0' TERM
while :; do
  rm -f ${ANSWERED}
  called "$@"
  [ "$?" = 0 ] || exit 1
  : > ${ANSWERED}
  while listens; do
    sleep 2 &
    wait "$!"
  done
done
`;
