/** The images of the stack that crosses, all of them busybox with a script. */
import type { Image } from "./image.ts";

/** Until it is asked to stop; the first process of a container does not get a signal that it has not asked for. */
const STAY = `trap 'exit 0' TERM
tail -f /dev/null &
wait
`;

/** Answers from the start, but is healthy only after a while, as databases are. */
const STORE = `#!/bin/sh
httpd -p 8080 -h /var/lib/mysql
sleep 4
touch /tmp/healthy
${STAY}`;

/** Shows the arguments as it got them, then stays. */
const API = `#!/bin/sh
for argument in "$@"; do echo "argument: $argument"; done
${STAY}`;

/** Debian's nc lacks the "-z" that the one of the official image has. */
const NC = `#!/bin/sh
[ "$1" = -z ] || exec busybox nc "$@"
shift
exec busybox nc "$@" -e true
`;

/** What init containers wait with. */
export const WAITING: Image = {
  name: "docker.io/library/busybox:1.37",
  command: ["sh"],
  files: { "/bin/nc": NC },
};

/** What fills empty volumes from images, of those here, which have the libraries that it needs. */
export const FILLING: Image = { name: "docker.io/library/busybox:1.37-musl", command: ["sh"] };

/** One for every image that the compose file or an init container names. */
export const IMAGES: readonly Image[] = [
  { name: "docker.io/crossing/tool:1", command: ["sh"] },
  { name: "docker.io/crossing/store:1", entrypoint: ["/bin/store"], files: { "/bin/store": STORE } },
  {
    name: "docker.io/crossing/api:1",
    entrypoint: ["/bin/api"],
    command: ["default"],
    files: { "/bin/api": API },
  },
  WAITING,
  FILLING,
];
