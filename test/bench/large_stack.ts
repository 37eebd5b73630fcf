/** Writes a stack of very many services as a large company would have it: applications of ten services each. */
import { join } from "node:path";

/** Services of one application, by what they are; together they are ten. */
const MEMBERS: Readonly<Record<string, (name: string, index: number) => string>> = {
  db: (name, index) =>
    `    image: postgres:16.4
    restart: unless-stopped
    environment:
      POSTGRES_USER: ${name}
      POSTGRES_PASSWORD: "long-random-${index}-7f3kQ9xZ"
      POSTGRES_DB: ${name}
    volumes:
      - ${name}-data:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U ${name}"]
      interval: 10s
    mem_limit: 512m
`,
  cache: (name) =>
    `    image: redis:7.4.1
    restart: always
    command: ["redis-server", "--appendonly", "yes"]
    volumes:
      - ${name}-cache:/data
`,
  schema: (name, index) =>
    `    image: registry.example.com/${name}/schema:1.${index}
    restart: "no"
    command: ["migrate", "up"]
    environment:
      DATABASE_URL: "postgres://${name}:long-random-${index}-7f3kQ9xZ@${name}-db:5432/${name}"
    depends_on:
      ${name}-db:
        condition: service_healthy
`,
  queue: (name) =>
    `    image: rabbitmq:4.0.3-management
    restart: unless-stopped
    hostname: ${name}-queue
    expose: ["5672", "15672"]
    tmpfs: [/tmp]
`,
  ...Object.fromEntries(
    ["api", "users", "search"].map((
      member,
    ) => [
      member,
      (name: string, index: number): string =>
        `    image: registry.example.com/${name}/${member}:2.${index % 9}
    restart: unless-stopped
    env_file: ./${name}.env
    environment:
      DATABASE_URL: "postgres://${name}:long-random-${index}-7f3kQ9xZ@${name}-db:5432/${name}"
      CACHE_URL: redis://${name}-cache:6379/0
      QUEUE_HOST: ${name}-queue
      LOG_LEVEL: info
    volumes:
      - ./config/${name}.yml:/etc/app/config.yml:ro
    expose: ["8080"]
    depends_on:
      ${name}-db: { condition: service_healthy }
      ${name}-schema: { condition: service_completed_successfully }
    labels:
      - "traefik.enable=true"
      - "traefik.http.routers.${name}-${member}.rule=Host(\`${member}.${name}.example.com\`)"
      - "traefik.http.routers.${name}-${member}.entrypoints=websecure"
      - "traefik.http.routers.${name}-${member}.middlewares=${name}-${member}-strip"
      - "traefik.http.middlewares.${name}-${member}-strip.stripprefix.prefixes=/${member}"
      - "traefik.http.services.${name}-${member}.loadbalancer.server.port=8080"
`,
    ]),
  ),
  worker: (name, index) =>
    `    image: registry.example.com/${name}/worker:2.${index % 9}
    restart: unless-stopped
    env_file: ./${name}.env
    environment:
      QUEUE_URL: "amqp://${name}-queue:5672"
      API_URL: "http://${name}-api:8080"
    depends_on: [${name}-queue, ${name}-api]
    deploy:
      replicas: 2
      resources: { limits: { cpus: "0.5", memory: 256M } }
`,
  web: (name, index) =>
    `    image: nginx:1.27.2
    restart: always
    ports:
      - "127.0.0.1:${10_000 + index}:80"
    volumes:
      - ./site/${name}:/usr/share/nginx/html:ro
      - ${name}-uploads:/srv/uploads
    depends_on: [${name}-api]
`,
  mail: (name) =>
    `    image: registry.example.com/${name}/mail:1.0.0
    restart: on-failure
    environment:
      SMTP_PASSWORD: "\${SMTP_PASSWORD:-sesame-street-12}"
    volumes:
      - ${name}-uploads:/srv/uploads:ro
    expose: ["25"]
`,
};

const PER_APPLICATION = Object.keys(MEMBERS).length;
/** Applications of one department share a network. */
const PER_DEPARTMENT = 10;

/** What lies on disk. */
export interface LargeStack {
  readonly directory: string;
  readonly services: number;
}

/**
 * Writes about so many services (a multiple of ten, and a Traefik) into a new directory: databases, caches, brokers,
 * jobs, routes, mounts of files and of volumes, networks, secrets, `depends_on`.
 */
export async function writeLargeStack(services: number): Promise<LargeStack> {
  const directory = await Deno.makeTempDir({ prefix: `large-${services}-` });
  const applications = Math.ceil(services / PER_APPLICATION);
  const names = Array.from({ length: applications }, (_, index) => `app${index}`);
  await Deno.mkdir(join(directory, "config"));
  for (const name of names) {
    await Deno.mkdir(join(directory, "site", name), { recursive: true });
    await Deno.writeTextFile(join(directory, "site", name, "index.html"), `<h1>${name}</h1>\n`);
    await Deno.writeTextFile(join(directory, "config", `${name}.yml`), `name: ${name}\nlisten: ":8080"\n`);
    await Deno.writeTextFile(join(directory, `${name}.env`), `APPLICATION=${name}\nREGION=eu\n`);
  }
  await Deno.writeTextFile(join(directory, "compose.yaml"), composeText(names));
  await Deno.writeTextFile(
    join(directory, "decisions.yaml"),
    "namespace: large\ntraefik: { acme: { email: ops@example.com } }\n",
  );
  return { directory, services: applications * PER_APPLICATION + 1 };
}

function composeText(names: readonly string[]): string {
  const departments = [...new Set(names.map((_, index) => departmentOf(index)))];
  return [
    "name: large\n",
    "services:\n",
    TRAEFIK,
    ...names.flatMap((name, index) =>
      Object.entries(MEMBERS).map(([member, text]) =>
        `  ${name}-${member}:\n${text(name, index)}    networks: [${name}, ${departmentOf(index)}, edge]\n`
      )
    ),
    "networks:\n  edge:\n",
    ...[...departments, ...names].map((name) => `  ${name}:\n`),
    "volumes:\n",
    ...names.flatMap((name) => ["data", "cache", "uploads"].map((volume) => `  ${name}-${volume}:\n`)),
  ].join("");
}

function departmentOf(index: number): string {
  return `department${Math.floor(index / PER_DEPARTMENT)}`;
}

const TRAEFIK = `  traefik:
    image: traefik:v3.2.1
    restart: unless-stopped
    command:
      - --providers.docker=true
      - --providers.docker.exposedbydefault=false
      - --entrypoints.web.address=:80
      - --entrypoints.websecure.address=:443
    ports: ["80:80", "443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    networks: [edge]
`;
