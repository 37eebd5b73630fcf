/** The shell script of the job that makes Ory Hydra's clients what was decided. */
import { SHELL_PARTS } from "../script/shell_parts.ts";

/**
 * For each client: `ID_<i>`, the client as JSON in `CLIENT_<i>`, the same as a JSON Patch in `PATCH_<i>`, and perhaps
 * `SECRET_<i>`. A client that exists is patched, so that what is not decided stays and no token of it ends. With curl,
 * else with nc, which Hydra's own image has; nothing secret is among their arguments. Answers hold the secret
 * and are never shown.
 */
export const HYDRA_CLIENTS_SCRIPT = `${SHELL_PARTS}
base=http://$HYDRA_HOST:$HYDRA_PORT
body=/tmp/body answer=/tmp/answer
if command -v curl >/dev/null 2>&1; then
  send() {
    status=$(curl -sS --max-time 30 -o "$answer" -w '%{http_code}' -X "$1" -H 'Content-Type: application/json' \\
      -H 'X-Forwarded-Proto: https' --data-binary @"$body" "$base$2" 2>/tmp/problem) || status=000
  }
elif command -v nc >/dev/null 2>&1; then
  # The input stays open until the answer is there: Hydra gives up a request whose sender is gone.
  send() {
    rm -f /tmp/answered
    {
      printf '%s %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n' "$1" "$2" "$HYDRA_HOST"
      printf 'Content-Type: application/json\\r\\nX-Forwarded-Proto: https\\r\\nContent-Length: %s\\r\\n\\r\\n' \\
        "$(($(wc -c < "$body")))"
      cat "$body"
      turns=0
      while [ ! -e /tmp/answered ] && [ "$turns" -lt 30 ]; do sleep 1; turns=$((turns + 1)); done
    } | { nc "$HYDRA_HOST" "$HYDRA_PORT" > "$answer" 2>/tmp/problem || true; : > /tmp/answered; }
    status=000
    read -r protocol status rest < "$answer" || true
  }
else fail "The image has neither curl nor nc; give another one by identity.<service>.image"
fi

# JSON with the secret put before its last character; a JSON string has no control characters.
with_secret() {
  if [ -z "$secret" ]; then printf '%s' "$1"; return; fi
  escaped=$(printf '%s' "$secret" | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g')
  printf '%s%s%s%s' "\${1%?}" "$2" "$escaped" "$3"
}
is_up() { : > "$body"; send GET "/health/ready"; [ "$status" = 200 ]; }
waited is_up || fail "Hydra was not ready within $WAIT_SECONDS seconds"
index=0
while [ "$index" -lt "$CLIENTS" ]; do
  eval "id=\\$ID_$index client=\\$CLIENT_$index patch=\\$PATCH_$index secret=\\\${SECRET_$index:-} has_secret=\\\${SECRET_$index+yes}"
  [ "$has_secret" != yes ] || [ -n "$secret" ] || fail "Secret of $id is empty"
  case $secret in *[[:cntrl:]]*) fail "Secret of $id holds control characters";; esac
  : > "$body"
  send GET "$CLIENTS_PATH/$id"
  case $status in
    200)
      printf 'Client %s: updated\\n' "$id"
      with_secret "$patch" ',{"op":"add","path":"/client_secret","value":"' '"}]' > "$body"
      send PATCH "$CLIENTS_PATH/$id";;
    404)
      printf 'Client %s: created\\n' "$id"
      with_secret "$client" ',"client_secret":"' '"}' > "$body"
      send POST "$CLIENTS_PATH";;
  esac
  case $status in
    200 | 201) ;;
    *) fail "Hydra answers $status for client $id; are its addresses valid, has its secret 6 characters or more?";;
  esac
  index=$((index + 1))
done
rm -f "$body" "$answer"
printf 'Done\\n'
`;
