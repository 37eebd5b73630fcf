/** Whether a workload is a PostgreSQL, by what it is given and not by what its image is called. */
import type { ConvertedService } from "../conversion.ts";
import { list, record } from "../../values/json.ts";
import { imageRepository } from "../../stack/known_images.ts";
import { containersOf, type KubeObject } from "../object.ts";

const PORT = 5432;
const IMAGE =
  /(^|\/)(postgres|postgresql|postgis|pgvector|pgvecto-rs|timescaledb|spilo|cloudnative-pg|supabase\/postgres)([-_].*)?$/;
/** Programs beside a server, whose images carry its name. */
const BESIDE = /(exporter|backup|client|bouncer|pgadmin|operator|migrat)/;
const DIRECTORY = /^\/(var\/lib\/(postgres|pgsql)|bitnami\/postgresql|home\/postgres\/pgdata)/;
/** Read by a server alone. */
const OWN = /^(PGDATA|POSTGRES(QL)?_(HOST_AUTH_METHOD|INITDB_.*|DATA_DIR))$/;
/** What makes a server's first user and database; programs that use it are given the same names, and where it is. */
const FIRST = /^POSTGRES(QL)?_(PASSWORD|USER|USERNAME|DB|DATABASE|POSTGRES_PASSWORD)(_FILE)?$/;
const ELSEWHERE =
  /^(POSTGRES(QL)?|PG|DB|DATABASE)_?(.*_)?(HOST|HOSTNAME|HOSTADDR|SERVER|ADDR|ADDRESS|URL|URI|DSN)$/;

/** In doubt it is one: what follows is that viewers do not connect to its pods. */
export function isPostgresServer(service: ConvertedService, workload: KubeObject): boolean {
  const containers = containersOf(workload);
  const names = containers.flatMap((container) => variables(container, service));
  return names.some((name) => OWN.test(name)) ||
    (names.some((name) => FIRST.test(name)) && !names.some((name) => ELSEWHERE.test(name))) ||
    containers.some(looksLikeIt) || serves(service);
}

function looksLikeIt(container: Readonly<Record<string, unknown>>): boolean {
  const { image, ports, volumeMounts } = container;
  const repository = typeof image === "string" ? imageRepository(image) : "";
  return (IMAGE.test(repository) && !BESIDE.test(repository)) ||
    list(ports).some((port) => port["containerPort"] === PORT) ||
    list(volumeMounts).some((mount) => DIRECTORY.test(String(mount["mountPath"])));
}

function serves({ network }: ConvertedService): boolean {
  return network.some(({ object }) =>
    list(record(object["spec"])?.["ports"]).some(({ port, targetPort }) =>
      port === PORT || targetPort === PORT
    )
  );
}

/** The names of the container's variables: its own, and those of the ConfigMaps and Secrets that it takes whole. */
function variables(
  { env, envFrom }: Readonly<Record<string, unknown>>,
  { configuration }: ConvertedService,
): readonly string[] {
  const taken = list(envFrom).flatMap(({ configMapRef, secretRef }) => {
    const [kind, ref] = configMapRef === undefined ? ["Secret", secretRef] : ["ConfigMap", configMapRef];
    return configuration.map(({ object }) => object)
      .filter((object) => object.kind === kind && object.metadata.name === record(ref)?.["name"]);
  });
  return [
    ...list(env).map((variable) => String(variable["name"])),
    ...taken.flatMap(({ data, stringData }) => Object.keys({ ...record(data), ...record(stringData) })),
  ];
}
