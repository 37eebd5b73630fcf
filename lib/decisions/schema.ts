/** The shape of `decisions.yaml`: what compose does not say and an operator decides. */
import { z } from "zod";
import { accessSchema } from "./access.ts";
import {
  agreeSchema,
  backupsSchema,
  brokersSchema,
  callsSchema,
  databasesSchema,
  identitySchema,
  timersSchema,
} from "./jobs.ts";
import { traefikDecisionsSchema } from "./traefik.ts";
import { overlayOf } from "./overlay.ts";

const quantity = z.string().regex(
  /^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)?$/,
  "expected a Kubernetes quantity such as 20Gi or 500m",
).or(z.number().positive());

const label = z.string().regex(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  "expected lower-case letters, digits and hyphens",
);

const port = z.int().min(1).max(65535).or(
  z.string().regex(/^\d{1,5}(\/(tcp|udp|sctp))?$/, "expected a port such as 8011 or 3478/udp"),
);

const uid = z.int().min(0);

/** What becomes of a port that the host published for everybody. */
const publication = z.enum(["private", "loadBalancer", "hostPort", "entryPoint"]).or(
  z.strictObject({ entryPoint: label }),
);

const resources = z.strictObject({
  cpu: quantity.optional().describe("Limit, such as 2 or 500m"),
  memory: quantity.optional().describe("Limit, such as 1Gi"),
  requestCpu: quantity.optional(),
  requestMemory: quantity.optional(),
});

/** One host directory or file (by its path in the compose files) or one named volume (by its key). */
const storage = z.strictObject({
  kind: z.enum(["data", "configuration", "empty", "hostPath", "skip"]).optional().describe(
    "data: a PersistentVolume on the path; configuration: ConfigMap or Secret; empty: an empty directory, in memory where the volume is; " +
      "hostPath: the path itself, of the node; skip: not mounted",
  ),
  size: quantity.optional(),
  storageId: label.optional().describe("The node whose label storage-id has this value"),
  path: z.string().startsWith("/").optional().describe("Where the directory lies on the node, if elsewhere"),
  create: z.boolean().optional().describe("Made on the node where it is missing, empty and root's"),
  missing: z.enum(["empty", "data", "skip"]).optional().describe("What it is where it is not on disk"),
  writable: z.boolean().optional().describe("Copied to a writable place before the program starts"),
  hotReload: z.boolean().optional().describe(
    "The program sees changes of the file by itself: no rollout when it changes, but for the secrets in it",
  ),
  propagation: z.enum(["None", "HostToContainer", "Bidirectional"]).optional(),
  owner: z.string().regex(/^\d+:\d+$/, "expected uid:gid").optional().describe(
    "Given to the directory before the program starts",
  ),
});

const image = z.strictObject({
  ports: z.array(port).optional().describe("The ports that the image exposes"),
  user: z.string().or(uid).optional().describe("The user that the image runs as"),
  users: z.record(z.string(), uid).optional().describe("Its user names and their ids"),
  stateful: z.boolean().optional(),
  volumes: z.array(z.string().startsWith("/")).optional().describe("The paths of its VOLUME lines"),
  empty: z.array(z.string().startsWith("/")).optional().describe(
    "Paths at which it has nothing that an empty volume needs: no init container fills them",
  ),
});

const resourceName = z.string().regex(
  /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  "expected the name of a device plugin's resource, such as nvidia.com/gpu",
);

/** How a pod gets a device. */
const device = z.enum(["privileged", "skip"]).or(resourceName).or(
  z.strictObject({ resource: resourceName, count: z.int().min(1) }),
);

/** A migration by its id, its name or its number: `50`, `"050"`, `databases` or `050_databases`. */
const migrationName = z.string().min(1).or(z.int().min(0)).transform(String);

/** When the names of a service lead to its program. */
const names = z.enum(["always", "ready"]).describe(
  "always: from its start and on every port, as in Docker; ready: once its healthcheck succeeds, on known ports",
);

const service = z.strictObject({
  skip: z.string().min(1).optional().describe("Not moved, and why"),
  migration: migrationName.optional().describe("The migration that takes the service"),
  kind: z.enum(["Deployment", "StatefulSet", "DaemonSet", "Job"]).optional(),
  strategy: z.enum(["Recreate", "RollingUpdate"]).optional(),
  replicas: z.int().min(0).optional(),
  image: z.string().min(1).optional().describe("In place of the image of the compose file"),
  command: z.array(z.string()).optional().describe("In place of compose's command"),
  ports: z.array(port).optional().describe("Container ports that the compose files do not name"),
  user: z.string().or(uid).optional(),
  group: uid.optional(),
  fsGroup: uid.optional(),
  supplementalGroupsPolicy: z.enum(["Merge", "Strict"]).optional().describe(
    "Strict: no further groups of the image's /etc/group; it needs Kubernetes 1.33 and containerd 2",
  ),
  seccompProfile: z.string().min(1).optional().describe(
    "In place of the profile of security_opt: a file below the kubelet's folder seccomp",
  ),
  devices: z.record(z.string(), device).optional().describe(
    "By a device of the compose file, gpus, the capability of a reservation or a rule of device_cgroup_rules: privileged: " +
      "all devices of the node; skip: none; or the resource of a device plugin, such as nvidia.com/gpu",
  ),
  runtimeClass: z.string().min(1).optional().describe(
    "The RuntimeClass of its pods in place of compose's runtime; none: the cluster's own runtime",
  ),
  placement: z.enum(["preferred", "required"]).optional().describe(
    "Whether deploy.placement is a wish, as compose does not heed it, or has to be met",
  ),
  resources: resources.optional(),
  liveness: z.boolean().optional().describe("Also kill the container where the healthcheck fails"),
  startupSeconds: z.int().min(1).optional().describe("How long the healthcheck may fail after the start"),
  stopGracePeriod: z.int().min(0).optional().describe(
    "Seconds that its program has to end, in its pod and where a crossing stops its container; over stop_grace_period",
  ),
  publish: z.record(z.string(), publication).optional(),
  names: names.optional(),
  dns: z.enum(["stack", "servers"]).optional().describe(
    "Whom its pod asks for names where it has dns: the cluster's DNS, which answers those of the stack, or those servers alone",
  ),
  dependsOn: z.array(z.string()).optional().describe("Services that it needs, besides those that were found"),
  waitFor: z.boolean().optional().describe("Init containers for the conditions of depends_on"),
  crossing: z.enum(["exclusive", "overlap"]).optional().describe(
    "A run moves it from its containers, as migrate --cross does with every service. exclusive: they stop before it starts in the cluster; overlap: it starts there first, where neither side writes to a directory",
  ),
  backup: z.string().regex(
    /^(\/.*|none|\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?Z?)?)$/,
    "expected where backups lie, such as /srv/backups/db, when one was made, such as 2026-12-01, or none",
  ).optional().describe(
    "Where backups of what it keeps lie on the node, when the newest was made, or none where it needs none: shown before " +
      "a crossing stops it for the first time",
  ),
  killAfterGrace: z.boolean().optional().describe(
    "A crossing kills its program where it has not ended within its grace period, as Docker does",
  ),
});

const limits = z.strictObject({
  default: resources.optional().describe("For containers that say nothing"),
  quota: z.record(z.string(), quantity).optional().describe("The hard part of a ResourceQuota"),
});

const variable = z.string().or(z.number()).or(z.boolean()).transform(String);

const body = {
  variables: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), variable).optional().describe(
    "Variables of the compose files, over those of .env; the shell's own count more",
  ),
  namespace: label.optional(),
  storageId: label.optional(),
  storageClass: label.optional(),
  storageSize: quantity.optional().describe("Of every volume without its own size"),
  storageDirectories: z.enum(["existing", "create"]).optional().describe(
    "existing: data directories and volumes are there on the node, and no pod starts without its own; create: those " +
      "that are missing are made there, empty. Default: what is not on this disk is made, as Docker does",
  ),
  storageRoot: z.string().startsWith("/").optional().describe(
    "Where the stack's own directories and named volumes lie on the node, in place of where they lie here",
  ),
  dockerRoot: z.string().startsWith("/").optional().describe(
    "Docker's data root, for named volumes; without it where an engine has each, else /var/lib/docker",
  ),
  engine: z.literal("none").optional().describe(
    "none: a Docker Engine of this machine that does not answer has nothing to do with the stack",
  ),
  contacts: z.string().min(1).optional().describe(
    "Whom to tell of the crossing, and whom to call in it, as the runbook has it",
  ),
  imagesFrom: z.enum(["engine", "registry"]).optional().describe(
    "engine: the node gets the images that the engine has, as they are; registry: it pulls those that a registry " +
      "has, and gets only the others. Default: engine",
  ),
  helperImage: z.string().optional().describe("A small image with sh, nc and cp, for init containers"),
  fillImage: z.string().optional().describe(
    "An image with a static /bin/busybox, which fills empty volumes from images; default: busybox:1.37-musl",
  ),
  hostGateway: z.string().optional().describe("The address that host-gateway stands for"),
  kubernetes: z.string().regex(
    /^1\.(3\d|[4-9]\d)$/,
    'expected a version from 1.30 on in quotes, such as "1.34"',
  )
    .optional().describe("The version that the node runs, for its own files; default: the oldest, 1.30"),
  networkPolicies: z.boolean().optional().describe(
    "Whether services that share no network are kept apart, as in Docker. Default: true, and false where the cluster " +
      "has the stack already and no policies for it",
  ),
  podSecurity: z.enum(["privileged", "baseline", "restricted"]).optional(),
  storage: z.record(z.string(), storage).optional(),
  names: names.optional(),
  pullSecrets: z.enum(["docker", "none"]).or(z.array(z.string().min(1))).optional().describe(
    "What pods show to private registries: docker: the logins of Docker's config.json that the images need; none: the " +
      "node has its own; or names of Secrets of the namespace",
  ),
  images: z.record(z.string(), image).optional().describe("By image name, with or without its tag"),
  users: z.record(z.string(), uid).optional().describe("User names of compose's user key and their ids"),
  services: z.record(z.string(), service).optional(),
  defaultMigration: migrationName.optional().describe(
    "The migration that takes every service that no script names",
  ),
  publish: z.record(z.string(), publication).optional().describe(
    "By host port, such as 8001, 3478/udp or 5000-5010/udp. Default: reached as before",
  ),
  secrets: z.record(z.string(), z.enum(["secret", "plain"])).optional().describe(
    "By service.KEY, by KEY alone or by the path of a configuration file",
  ),
  agree: agreeSchema.optional().describe("Other places that hold one secret, by a name of one's own"),
  accepted: z.record(z.string(), z.string().min(1)).optional().describe(
    "Questions whose default is kept, by code and the names in them, and why; deno task decide writes it",
  ),
  limits: limits.optional(),
  databases: databasesSchema.optional().describe("Users and databases of database servers, by service"),
  brokers: brokersSchema.optional().describe("Virtual hosts and users of message brokers, by service"),
  identity: identitySchema.optional().describe("Clients of identity servers, by service"),
  backups: backupsSchema.optional().describe("Dumps of databases at a time"),
  timers: timersSchema.optional().describe("Statements that run at a time"),
  calls: callsSchema.optional().describe("Calls over HTTP that a program needs once, by service"),
  access: accessSchema.optional().describe("Who may do what in the cluster"),
  traefik: traefikDecisionsSchema.optional(),
};

/** The decisions without their profiles: what is in force is of this shape. */
export const decisionsBody = z.strictObject(body);

/** What a file may hold: the body, and the old names of its keys, which `currentNames` takes out. */
const written = decisionsBody.extend({
  services: z.record(
    z.string(),
    service.extend({
      step: migrationName.optional().meta({
        description: "The old name of migration",
        deprecated: true,
      }),
    }),
  ).optional(),
  defaultStep: migrationName.optional().meta({
    description: "The old name of defaultMigration",
    deprecated: true,
  }),
});

const overlay = (overlayOf(written) as typeof written).extend({
  from: z.string().min(1).or(z.array(z.string().min(1))).optional().describe(
    "Profiles that this one builds on: they are laid over first",
  ),
});

/** The whole file. */
export const decisionsSchema = written.extend({
  profiles: z.record(z.string(), overlay).optional().describe(
    "Laid over the rest by --profile, maps key by key, everything else as a whole; null takes a value away",
  ),
});

/** The values of the file, as written. */
export type DecisionValues = z.infer<typeof decisionsBody>;

export type StorageDecision = z.infer<typeof storage>;
export type ServiceDecision = z.infer<typeof service>;
export type ImageDecision = z.infer<typeof image>;
export type DeviceDecision = z.infer<typeof device>;
export type ResourcesDecision = z.infer<typeof resources>;
export type Publication = z.infer<typeof publication>;
