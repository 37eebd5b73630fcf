/** What went wrong when FAF's operators made this move by hand, each shown to be caught or impossible. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/kube/object.ts";
import { noDecisions } from "../../lib/decisions/decisions.ts";
import { checkHostJobs } from "../../lib/checks/host_jobs/check.ts";
import { objectsOf, type TestStack } from "../cli/planned_stack.ts";
import { convertFaf, fafTest } from "./faf_stack.ts";

interface Container {
  readonly image: string;
  readonly livenessProbe?: unknown;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

fafTest("FAF: values of ConfigMaps are text, numbers and booleans included", async () => {
  const { conversion } = await convertFaf();
  const maps = conversion.configuration.filter(({ object }) => object.kind === "ConfigMap");
  for (const { object } of maps) {
    for (const value of Object.values(object["data"] ?? {})) {
      assert.equal(typeof value, "string", object.metadata.name);
    }
  }
  assert.ok(maps.length > 20);
});

fafTest("FAF: a mounted key exists, and a directory is mounted whole", async () => {
  const { conversion } = await convertFaf();
  let files = 0;
  for (const { object } of [...conversion.services.values()].flatMap(({ workload }) => workload)) {
    const volumes = (podSpec(object)["volumes"] ?? []) as readonly Record<string, unknown>[];
    for (const { name, subPath } of containerOf(object).volumeMounts ?? []) {
      const volume = volumes.find((candidate) => candidate["name"] === name);
      if (volume === undefined || subPath === undefined || "emptyDir" in volume) continue;
      const source = (volume["configMap"] ?? volume["secret"]) as { items: { path: string }[] } | undefined;
      assert.ok(source?.items.some(({ path }) => path === subPath), `${object.metadata.name} ${subPath}`);
      files++;
    }
  }
  assert.ok(files > 12, `${files}`);
  const lobby = containerOf(workloadOf(conversion, "faf-python-server"));
  assert.equal(lobby.volumeMounts?.find(({ mountPath }) => mountPath === "/code/config")?.subPath, undefined);
});

fafTest("FAF: modes are the numbers that the disk has", async () => {
  const { conversion } = await convertFaf((directory) =>
    Deno.chmodSync(`${directory}/config/faf-db/mysqld.cnf`, 0o640)
  );
  const database = JSON.stringify(workloadOf(conversion, "faf-db"));
  assert.match(database, /"path":"mysqld.cnf","mode":416/);
  assert.doesNotMatch(database, /"mode":(440|777|640)/);
});

fafTest("FAF: services keep their names, and versions stay what they are", async () => {
  const { conversion, project } = await convertFaf();
  for (const service of conversion.services.values()) {
    const [workload] = service.workload;
    if (workload === undefined) continue;
    assert.equal(workload.object.metadata.name, service.name);
    assert.equal(containerOf(workload.object).image, project.services[service.name]?.image);
    if (service.network.length > 0) assert.equal(service.network[0]?.object.metadata.name, service.name);
  }
});

fafTest("FAF: nothing kills a container that Docker let live", async () => {
  const { conversion } = await convertFaf();
  for (const { object } of [...conversion.services.values()].flatMap(({ workload }) => workload)) {
    assert.equal(containerOf(object).livenessProbe, undefined, object.metadata.name);
  }
});

fafTest("FAF: the broker finds its data under the node name that it had", async () => {
  const { conversion } = await convertFaf();
  const environment = conversion.configuration.find(({ object }) =>
    object.metadata.name === "faf-rabbitmq-env"
  );
  assert.equal(
    (environment?.object["data"] as Record<string, string>)["RABBITMQ_NODENAME"],
    "rabbit@rabbitmq",
  );
  const pod = podSpec(workloadOf(conversion, "faf-rabbitmq"));
  assert.equal(pod["hostnameOverride"], "rabbitmq.faforever.localhost");
  assert.deepEqual(pod["hostAliases"], [{ ip: "127.0.0.1", hostnames: ["rabbitmq"] }]);
});

fafTest("FAF: games have an hour to end, and their file may change under them", async () => {
  const before = workloadOf((await convertFaf()).conversion, "faf-python-server");
  const after = workloadOf(
    (await convertFaf((directory) =>
      append(`${directory}/config/faf-python-server/dynamic/config.yml`, "X: 1\n")
    ))
      .conversion,
    "faf-python-server",
  );
  assert.equal(podSpec(before)["terminationGracePeriodSeconds"], 3600);
  assert.deepEqual(podAnnotations(after), podAnnotations(before));
});

fafTest("FAF: a changed file or variable rolls its readers out, and nobody else", async () => {
  const before = (await convertFaf()).conversion;
  const after = (await convertFaf((directory) => {
    append(`${directory}/config/faf-db/mysqld.cnf`, "# more\n");
    append(`${directory}/config/faf-wordpress/faf-wordpress.env`, "WORDPRESS_DEBUG=1\n");
  })).conversion;
  const changed = [...before.services.keys()].filter((name) => {
    const [first, second] = [before, after].map((conversion) =>
      conversion.services.get(name)?.workload[0]?.object
    );
    return first !== undefined && second !== undefined &&
      JSON.stringify(podAnnotations(first)) !== JSON.stringify(podAnnotations(second));
  });
  assert.deepEqual(changed.sort(), ["faf-db", "faf-wordpress"]);
});

fafTest("FAF: the login's administration is reached by nobody from outside", async () => {
  const { conversion } = await convertFaf();
  const routes = objectsOf(conversion).filter(({ object }) => object.kind.startsWith("IngressRoute"));
  assert.ok(routes.length > 20);
  for (const { object } of routes) assert.doesNotMatch(JSON.stringify(object), /4445/);
});

fafTest("FAF: a service that was renamed while configuration still names it is found", async () => {
  const { conversion } = await convertFaf((directory) => {
    const path = `${directory}/faf-extra.yml`;
    const text = Deno.readTextFileSync(path).replace("  mongodb:\n", "  mongo:\n");
    Deno.writeTextFileSync(
      path,
      text.replace("  postgres-wikijs:\n    image", "  wikijs-postgres:\n    image"),
    );
    const api = `${directory}/config/faf-java-api/faf-java-api.env`;
    append(api, "NODEBB_URL=http://faf-nodebb:4567\nSEARCH_HOST=faf-unitdb\n");
  });
  const found = conversion.findings.filter(({ code }) => code === "kube-host-unknown");
  const hosts = found.map(({ message }) => /host "([^"]+)"/.exec(message)?.[1]).sort();
  assert.deepEqual(hosts, ["faf-nodebb", "faf-unitdb", "mongodb", "postgres-wikijs"]);
  assert.match(found.find(({ message }) => message.includes("faf-nodebb"))?.hint ?? "", /"nodebb"/);
});

fafTest("FAF: a user that no image is known to have is asked for", async () => {
  const { conversion } = await convertFaf((directory) => {
    const path = `${directory}/.env`;
    const text = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, text.replace("FAF_VOTING_USER=root", "FAF_VOTING_USER=unreal"));
  });
  const question = conversion.findings.find(({ code }) => code === "kube-user-unknown");
  assert.equal(question?.severity, "question");
  assert.match(question?.message ?? "", /"unreal" of service "voting"/);
  assert.match(question?.hint ?? "", /users: \{ unreal: UID \}/);
  const security = (podSpec(workloadOf(conversion, "voting"))["containers"] as Record<string, unknown>[])[0]
    ?.["securityContext"];
  assert.equal(security, undefined);
});

fafTest("FAF: rolling tags are named, fixed ones are not", async () => {
  const { conversion } = await convertFaf();
  const finding = conversion.findings.find(({ code }) => code === "kube-rolling-tag");
  const text = JSON.stringify(finding);
  for (const image of ["wordpress", "faf-telemetry-server:main", "faf-qai:main", "wiki:2", "node-exporter"]) {
    assert.ok(text.includes(image), image);
  }
  assert.doesNotMatch(text, /mariadb|v3\.0\.4|rabbitmq/);
});

fafTest("FAF: what is written into the container's own files is kept or said", async () => {
  const { conversion } = await convertFaf();
  const forum = workloadOf(conversion, "nodebb");
  assert.match(JSON.stringify(podSpec(forum)["initContainers"]), /cp -rL/);
  const config = containerOf(forum).volumeMounts?.find(({ mountPath }) => mountPath.endsWith("config.json"));
  assert.match(config?.name ?? "", /^copy-/);
  assert.ok(conversion.findings.some(({ code }) => code === "kube-configuration-read-only"));
});

fafTest("FAF: jobs of the host that reach into containers are found by their lines", async () => {
  const { project, decisions } = await convertFaf();
  const files = [
    {
      path: "/etc/systemd/system/inactives.service",
      text: "[Service]\nExecStart=/usr/bin/docker exec -i faf-db mysql faf\n# docker exec faf-db true\n",
    },
    {
      path: "/etc/cron.d/backup",
      text: "0 2 * * * root docker-compose -f a.yml exec -T mongodb mongodump\n0 3 * * * root docker ps\n",
    },
  ];
  const found = checkHostJobs(project, noDecisions(), files);
  assert.deepEqual(found.map(({ span }) => [span?.file, span?.line]), [
    ["/etc/systemd/system/inactives.service", 2],
    ["/etc/cron.d/backup", 1],
  ]);
  assert.match(found[1]?.message ?? "", /"mongodb"/);
  assert.deepEqual(checkHostJobs(project, decisions, files), [], "FAF's decisions have both");
});

fafTest("FAF: pods have no variables and no token that Docker never gave them", async () => {
  const { conversion } = await convertFaf();
  for (const { object } of [...conversion.services.values()].flatMap(({ workload }) => workload)) {
    assert.equal(podSpec(object)["enableServiceLinks"], false, object.metadata.name);
    assert.equal(podSpec(object)["automountServiceAccountToken"], false, object.metadata.name);
  }
});

function workloadOf(conversion: TestStack["conversion"], service: string): KubeObject {
  const object = conversion.services.get(service)?.workload[0]?.object;
  assert.ok(object !== undefined, service);
  return object;
}

function template(object: KubeObject): { metadata: Record<string, unknown>; spec: Record<string, unknown> } {
  return (object["spec"] as {
    template: { metadata: Record<string, unknown>; spec: Record<string, unknown> };
  }).template;
}

function podSpec(object: KubeObject): Record<string, unknown> {
  return template(object).spec;
}

function podAnnotations(object: KubeObject): unknown {
  return template(object).metadata["annotations"];
}

function containerOf(object: KubeObject): Container {
  const [container] = podSpec(object)["containers"] as readonly Container[];
  assert.ok(container !== undefined);
  return container;
}

function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, `${Deno.readTextFileSync(path).replace(/\n?$/, "\n")}${text}`);
}
