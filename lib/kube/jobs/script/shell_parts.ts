/** Pieces that the shell scripts of several jobs begin with. They run in any POSIX shell, busybox's too. */

/**
 * `fail MESSAGE`; `in_base64 VALUE` on one line; `waited COMMAND…` repeats a command until it succeeds, for
 * `WAIT_SECONDS` at the most.
 */
export const SHELL_PARTS = `set -eu
umask 077
fail() { printf '%s\\n' "$1" >&2; exit 1; }
in_base64() { printf '%s' "$1" | base64 | tr -d '\\n'; }
waited() {
  end=$(($(date +%s) + WAIT_SECONDS))
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || return 1
    sleep 1
  done
}
`;

/**
 * A command that succeeds where something listens: `nc -z` where there is one; Debian's busybox has none and connects to
 * run nothing instead. `host` and `port` are words of a shell.
 */
export function connects(host: string, port: string): string {
  return `nc -z -w 2 ${host} ${port} 2>/dev/null || nc -w 2 ${host} ${port} -e true 2>/dev/null`;
}

/** Logs in with the administrator's password; `answers`, which sets `login`, is the client's own. */
export const LOG_IN = `log_in() {
  password=$ADMIN_PASSWORD
  waited answers || { cat "$problem" >&2; fail "The server did not answer within $WAIT_SECONDS seconds"; }
}
`;

/** The same, or with the one before, which is then to be changed. */
export const LOG_IN_TO_CHANGE = `log_in
changes_admin=no
if [ "$login" = refused ] && [ -n "\${ADMIN_PREVIOUS_PASSWORD:-}" ]; then
  password=$ADMIN_PREVIOUS_PASSWORD
  answers && changes_admin=yes
fi
[ "$login" = accepted ] || fail "The server refuses the password of $ADMIN_USER"
`;
