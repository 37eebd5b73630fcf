/** The images of programs that look at owners and modes: the real sshd, ssh and PostgreSQL of Debian. */
import type { Image } from "./image.ts";
import { POSTGRES, serverImage } from "./servers.ts";

const SSHD = `#!/bin/sh
mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e -p 2222 -h /etc/ssh/host_key -o PasswordAuthentication=no
`;

const TLS = "-c ssl=on -c ssl_key_file=/etc/postgres/server.key -c ssl_cert_file=/etc/postgres/server.crt";

/** @param base the file system with the packages of servers.ts. */
export function rightsImages(base: string): readonly Image[] {
  return [
    serverImage("sshd:1", base, SSHD),
    serverImage("postgres-tls:15", base, `${POSTGRES.trimEnd()} ${TLS}\n`),
    { name: "docker.io/library/client:1", base, command: ["sleep", "infinity"] },
    { name: "docker.io/library/tool:1", command: ["tail", "-f", "/dev/null"] },
  ];
}
