/** Stacks in the shapes that people have, each with questions that its files do not answer. */

/** By name: the files of a folder. */
export const STACKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a-shop-built-here": {
    "compose.yaml": `services:
  web:
    build: ./web
    ports: ["8080:80"]
    depends_on: [db]
    environment: { DATABASE_URL: "postgres://shop:kept-here@db:5432/shop" }
  worker: { build: ./worker, restart: always, depends_on: [db] }
  db:
    image: postgres:16
    restart: always
    environment: { POSTGRES_USER: shop, POSTGRES_DB: shop, POSTGRES_PASSWORD: kept-here }
    volumes: ["data:/var/lib/postgresql/data"]
volumes:
  data:
`,
    "web/Dockerfile": "FROM nginx:1.25\n",
    "worker/Dockerfile": "FROM nginx:1.25\n",
  },
  "films-with-a-card": {
    "compose.yaml": `services:
  films:
    image: example/films:10.8
    restart: unless-stopped
    devices: ["/dev/dri:/dev/dri", "/dev/kvm"]
    volumes: ["./library:/config", "/dev/snd:/dev/snd", "/media/films:/films:ro"]
    ports: ["8096:8096"]
`,
  },
  "names-at-home": {
    "compose.yaml": `services:
  resolver:
    image: example/resolver:2024.1
    restart: always
    ports: ["53:53/tcp", "53:53/udp", "8053:80"]
    dns: [10.0.0.53]
    cap_add: [NET_ADMIN]
    volumes: ["./resolver:/etc/resolver"]
  page: { image: "example/page:1", restart: always, ports: ["8055:80"] }
`,
  },
  "behind-traefik": {
    "compose.yaml": `services:
  traefik:
    image: traefik:v3.1
    restart: always
    command:
      - --providers.docker=true
      - --providers.docker.exposedbydefault=false
      - --entrypoints.web.address=:80
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  wiki:
    image: example/wiki:2
    restart: always
    expose: ["3000", "9090"]
    labels:
      traefik.enable: "true"
      traefik.http.routers.wiki.rule: Host(\`wiki.example.org\`)
  chat:
    image: example/chat:5
    restart: always
    labels:
      traefik.enable: "true"
      traefik.http.routers.chat.rule: Host(\`chat.example.org\`)
`,
  },
  "jobs-by-labels": {
    "compose.yaml": `services:
  clock:
    image: mcuadros/ofelia:0.3
    command: daemon --docker
    restart: always
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    labels:
      ofelia.job-local.mark.schedule: "@hourly"
      ofelia.job-local.mark.command: date
  db:
    image: postgres:16
    restart: always
    environment: { POSTGRES_PASSWORD: kept-here }
    labels:
      ofelia.enabled: "true"
      ofelia.job-exec.tidy.schedule: "@daily"
      ofelia.job-exec.tidy.command: vacuumdb -U postgres --all
  app:
    image: example/app:1
    restart: always
    labels: { VIRTUAL_HOST: app.example.org, com.centurylinklabs.watchtower.enable: "true" }
  updates:
    image: containrrr/watchtower:1.7.1
    restart: always
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
`,
  },
  "a-share": {
    "compose.yaml": `services:
  files:
    image: example/files:29
    restart: always
    ports: ["127.0.0.1:8081:80"]
    volumes: ["share:/data", "/proc:/host/proc:ro"]
volumes:
  share:
    driver_opts: { type: cifs, device: "//nas.example.org/share", o: "username=files,password=kept-here" }
`,
  },
  "users-by-name": {
    "compose.yaml": `services:
  api:
    image: example/api:3
    user: api
    group_add: [docker]
    restart: always
    ports: ["3000:3000"]
  loader:
    image: example/loader:3
    user: loader:data
    command: ["load", "--once"]
`,
  },
  "talks-to-the-host": {
    "compose.yaml": `services:
  proxy:
    image: example/proxy:1
    restart: always
    platform: linux/arm64
    extra_hosts: ["host.docker.internal:host-gateway"]
    post_start:
      - command: ["/warm-up"]
        user: root
    ports: ["10.0.0.5:8443:8443"]
  probe:
    image: example/probe:1
    restart: always
    entrypoint: []
    security_opt: ["seccomp:./profile.json"]
`,
    "profile.json": "{}\n",
  },
  "measures-everything": {
    "compose.yaml": `services:
  measures:
    image: example/measures:2.53
    restart: always
    volumes: ["./measures.yml:/etc/measures/measures.yml:ro", "kept:/measures"]
    ports: ["127.0.0.1:9090:9090"]
  machine:
    image: example/machine-exporter:1.8
    restart: always
    pid: host
    volumes: ["/proc:/host/proc:ro", "/sys:/host/sys:ro", "/:/rootfs:ro"]
  etl:
    image: example/etl:1
    depends_on: [measures]
volumes:
  kept:
`,
    "measures.yml": "scrape_configs: []\n",
  },
  "decided-by-hand": {
    "compose.yaml": `services:
  web:
    build: .
    ports: ["8082:80"]
    volumes: ["/dev/dri:/dev/dri"]
  sweep: { image: "example/sweep:1", command: ["sweep"] }
`,
    "Dockerfile": "FROM nginx:1.25\n",
    "decisions.yaml": `# Ours, by hand.
namespace: by-hand   # as in the wiki
services: { web: { startupSeconds: 30 } }
`,
  },
};
