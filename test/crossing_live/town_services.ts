/** What a town has around its database: somebody who writes to it, a site, and Traefik in front of that. */

/** The site's. */
export const HOST = "site.test";

/** Writes all the time, and says what was acknowledged. @param pause between two rows, in seconds */
export function clerk(pause: number): string {
  return `  clerk:
    image: postgres:15
    restart: always
    stop_grace_period: 1s
    depends_on: [bay]
    environment: { PGPASSWORD: spyglass, PGCONNECT_TIMEOUT: "2" }
    entrypoint: ["sh", "-c"]
    command:
      - |
        row=$$(date +%s)000000
        while sleep ${pause}; do
          psql -h bay -U harbour postgres -qc "INSERT INTO ship VALUES ('clerk $$row')" && echo "wrote $$row"
          row=$$((row + 1))
        done
`;
}

/** A site that says where it runs, and Traefik in front of it. */
export const FRONT_SERVICES = `  site:
    image: busybox:1.37
    command: ["sh", "-c", "mkdir /www; echo \\"$\${KUBERNETES_SERVICE_HOST:-docker}\\" > /www/index.html; exec httpd -f -p 8080 -h /www"]
    expose: ["8080"]
    restart: always
    stop_grace_period: 1s
    labels:
      traefik.enable: "true"
      traefik.http.routers.site.rule: Host(\`${HOST}\`)
  traefik:
    image: traefik:v3.6.7
    restart: always
    command: ["--entrypoints.web.address=:80", "--providers.docker=true", "--providers.docker.exposedbydefault=false"]
    ports: ["127.0.0.1:8088:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
`;
