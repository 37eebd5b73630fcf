/** The images of programs that look at owners and modes: the real sshd, ssh and PostgreSQL of Debian. */
import { join } from "node:path";
import { archive } from "./archive.ts";
import type { Image } from "./image.ts";
import { POSTGRES, serverImage } from "./servers.ts";

const SSHD = `#!/bin/sh
mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e -p 2222 -h /etc/ssh/host_key -o PasswordAuthentication=no
`;

const TLS = "-c ssl=on -c ssl_key_file=/etc/postgres/server.key -c ssl_cert_file=/etc/postgres/server.crt";

/**
 * @param base the file system with the packages of servers.ts
 * @param traefik the program
 * @param directory where archives are made; they have to stay until the images are written
 */
export async function rightsImages(
  base: string,
  traefik: string,
  directory: string,
): Promise<readonly Image[]> {
  const alone = await archive(directory, "traefik", (root) => Deno.copyFile(traefik, join(root, "traefik")));
  return [
    { name: "docker.io/library/traefik:v3.6", layer: alone, entrypoint: ["/traefik"] },
    serverImage("sshd:1", base, SSHD),
    serverImage("postgres-tls:15", base, `${POSTGRES.trimEnd()} ${TLS}\n`),
    { name: "docker.io/library/client:1", base, command: ["sleep", "infinity"] },
    { name: "docker.io/library/tool:1", command: ["tail", "-f", "/dev/null"] },
  ];
}
