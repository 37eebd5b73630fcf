#!/bin/sh
# After each start of Docker, while a stack is half moved: gates wait for the bridge of the pods, to whose address they
# are bound, and Docker's Traefik is made to look again at what runs. What is missing in the end is said, and keeps
# nothing else from being done.
set -eu
left=${WAIT_SECONDS:-300}
failed=0
labelled() { docker ps --all --quiet --filter label=compose-ferry/project; }
second() { [ "$left" -gt 0 ] && left=$((left - 1)) && sleep 1; }
missing() { echo "$1" >&2; failed=1; }

until docker info >/dev/null 2>&1; do
  second || { missing "Docker does not answer"; exit 1; }
done
[ -n "$(labelled)" ] || exit 0
# Without an address the engine starts no container that is bound to it, and does not try again.
for address in $(labelled | xargs docker inspect --format \
  '{{range .HostConfig.PortBindings}}{{range .}}{{.HostIp}} {{end}}{{end}}'); do
  # A stand-in is bound to what its container was bound to: every address of the machine is always there.
  case $address in 0.0.0.0 | ::) continue ;; esac
  until ip -o address | grep -qwF "$address"; do
    second || { missing "The node has no address $address, to which gates are bound: does k3s run?"; break; }
  done
done
for container in $(labelled); do
  docker start "$container" >/dev/null || missing "$container does not start: look at it with docker inspect"
done
# Traefik lists the containers when it starts, and only then listens for those that start: one in between has no route
# until the next one starts, whatever that is.
sleep "${SETTLE_SECONDS:-10}"
image=$(labelled | xargs docker inspect --format '{{.Config.Image}}' | head -n 1)
docker run --rm --network none --label traefik.enable=false --entrypoint traefik "$image" version >/dev/null
exit "$failed"
