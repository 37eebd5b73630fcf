/** Writes a project of many services, each as large as a real one: labels, mounts, ports, variables, checks. */
import { join } from "node:path";

/** The text of one service. */
function service(index: number): string {
  const before = index === 0 ? "" : `    depends_on:\n      - service-${index - 1}\n`;
  return `  service-${index}:
    <<: *common
    container_name: service-${index}
    image: registry.example.com/team/service-${index}:\${TAG:-v1.${index}}
    environment:
      DATABASE_URL: "mysql://user:\${DB_PASSWORD:-secret}@db:3306/app_${index}"
      LOG_LEVEL: info
      WORKERS: ${index % 8}
    env_file: ./service.env
    networks:
      - backend
      - frontend
    ports:
      - "127.0.0.1:${10_000 + index}:8080"
    volumes:
      - ./data/service-${index}:/var/lib/service
      - ./config/service-${index}.yml:/etc/service.yml:ro
${before}    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
      interval: 30s
      retries: 3
    labels:
      - "traefik.enable=true"
      - "traefik.http.routers.service-${index}.rule=Host(\`service-${index}.\${DOMAIN:-example.com}\`)"
      - "traefik.http.services.service-${index}.loadbalancer.server.port=8080"
`;
}

/** Writes a project of so many services into a new directory, and returns that. */
export async function writeProject(services: number): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: `compose-${services}-` });
  const common =
    "x-common: &common\n  restart: unless-stopped\n  logging: {driver: json-file, options: {max-size: 10m}}\n";
  const bodies = Array.from({ length: services }, (_, index) => service(index)).join("");
  await Deno.writeTextFile(
    join(directory, "compose.yaml"),
    `${common}services:\n${bodies}networks:\n  backend:\n  frontend:\n`,
  );
  await Deno.writeTextFile(join(directory, "service.env"), "ONE=1\nTWO=two\nTHREE=$ONE\n");
  return directory;
}
