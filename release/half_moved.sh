#!/bin/sh
# After each start of Docker, while a stack is half moved: gates wait for the bridge of the pods, to whose address they
# are bound, and Docker's Traefik is made to look again at what runs.
set -eu
labelled() { docker ps --all --quiet --filter label=compose-ferry/project; }
until docker info >/dev/null 2>&1; do sleep 1; done
[ -n "$(labelled)" ] || exit 0
# Without an address the engine starts no container that is bound to it, and does not try again.
for address in $(labelled | xargs docker inspect --format \
  '{{range .HostConfig.PortBindings}}{{range .}}{{.HostIp}} {{end}}{{end}}'); do
  until ip -o address | grep -qwF "$address"; do sleep 1; done
done
labelled | xargs docker start >/dev/null
# Traefik lists the containers when it starts, and only then listens for those that start: one in between has no route
# until the next one starts, whatever that is.
sleep "${SETTLE_SECONDS:-10}"
image=$(labelled | head -n 1 | xargs docker inspect --format '{{.Config.Image}}')
docker run --rm --network none --label traefik.enable=false --entrypoint traefik "$image" version >/dev/null
