/** What is a difference between a container and its service, and what is none. */
import { deepEqual } from "node:assert/strict";
import type { Service } from "../../../compose/project.ts";
import { differences, fullName } from "../../../lib/checks/running/compare.ts";
import type { RunningStack, StartedContainer } from "../../../lib/checks/running/container.ts";
import { projectOf } from "../../docker/project.ts";

const ID = `sha256:${"a".repeat(64)}`;
const PLAIN = {
  environment: [],
  command: [],
  entrypoint: [],
  user: "",
  workingDir: "",
  labels: {},
  volumes: [],
};
const IMAGE = {
  ...PLAIN,
  environment: ["PATH=/bin"],
  command: ["run"],
  entrypoint: ["/go"],
  labels: { made: "here" },
};

function found(
  service: Partial<Service>,
  container: Partial<StartedContainer>,
  stack: Partial<RunningStack> = {},
): readonly string[] {
  const whole: Service = { name: "web", image: "web:1", ...service };
  return differences(
    whole,
    {
      ...{
        name: "p-web-1",
        service: "web",
        project: "p",
        state: "running",
        exitCode: 0,
        isOutOfMemory: false,
      },
      ...{
        image: "web:1",
        imageIds: [ID],
        ofImage: IMAGE,
        started: IMAGE,
        mounts: [],
        networkMode: "p_default",
      },
      ...{ networks: { p_default: ["web", "p-web-1"] }, ports: [] },
      ...container,
    },
    projectOf({ web: whole }),
    { containers: [], tags: new Map([["web:1", [ID]]]), otherProjects: new Map(), ...stack },
  );
}

Deno.test("what compose, Docker and its settings add by themselves is no difference", () => {
  deepEqual(
    found({}, {
      started: {
        ...IMAGE,
        environment: ["PATH=/bin", "HTTP_PROXY=http://proxy", "no_proxy=here"],
        labels: {
          made: "here",
          "com.docker.compose.version": "2.9",
          "desktop.docker.io/binds/0/Source": "/x",
        },
      },
    }),
    [],
  );
  deepEqual(
    found({ volumes: [{ type: "bind", source: "/p/a", target: "/a/" }] }, {
      mounts: [{ type: "bind", source: "/host_mnt/p/a", target: "/a", isWritable: true }],
    }),
    [],
  );
});

Deno.test("an emptied or other entrypoint takes the image's command along", () => {
  deepEqual(found({ entrypoint: [] }, { started: { ...IMAGE, entrypoint: [], command: [] } }), []);
  deepEqual(
    found({ entrypoint: ["/other"] }, { started: { ...IMAGE, entrypoint: ["/other"], command: [] } }),
    [],
  );
  deepEqual(found({ entrypoint: ["/other"] }, { started: { ...IMAGE, entrypoint: ["/other"] } }), [
    "command",
  ]);
});

Deno.test("an image whose name the engine has no more, one of the old compose's names, a digest", () => {
  deepEqual(found({}, {}, { tags: new Map() }), ['image (the engine has no "web:1" any more)']);
  deepEqual(found({ image: undefined as never }, { image: "p_web" }, { tags: new Map() }), []);
  deepEqual([fullName("docker.io/library/a"), fullName("a@sha256:1"), fullName("a:2@sha256:1")], [
    "a:latest",
    "a@sha256:1",
    "a@sha256:1",
  ]);
});

Deno.test("a variable that is to be taken away, and one that the image changed", () => {
  deepEqual(found({ environment: { PATH: null } }, {}), ["environment (PATH gone)"]);
  deepEqual(found({}, { started: { ...IMAGE, environment: ["PATH=/usr"] } }), ["environment (PATH changed)"]);
});

Deno.test("compose's digest counts only from the version that started the container", () => {
  const hashes = (version: string): Partial<RunningStack> => ({
    hashes: { version, byService: new Map([["web", "now"]]) },
  });
  const container = { configHash: "before", composeVersion: "2.40.3" };
  deepEqual(found({}, container, hashes("2.39.0")), []);
  deepEqual(found({}, { ...container, configHash: "now" }, hashes("2.40.3")), []);
  deepEqual(found({}, container, hashes("2.40.3")).length, 1);
});

Deno.test("compose's digest counts only where `up` takes it of the same", () => {
  const hashes = { version: "2.40.3", byService: new Map([["web", "now"]]) };
  const container = { configHash: "before", composeVersion: "2.40.3" };
  const changed: readonly (readonly [Partial<Service>, Partial<StartedContainer>])[] = [
    [{ env_file: [{ path: "/p/a.env" }] }, {}],
    [{ environment: { HOME: null } }, {}],
    [{ network_mode: "service:other" }, { networkMode: "container:abc", networks: {} }],
    [{ ipc: "service:other" }, {}],
    [{ pid: "service:other" }, {}],
    [{ volumes_from: ["other"] }, {}],
    [{ models: { llm: null } }, {}],
  ];
  for (const [service, more] of changed) {
    deepEqual(found(service, { ...container, ...more }, { hashes }), [], JSON.stringify(service));
  }
  deepEqual(found({ ipc: "shareable" }, container, { hashes }).length, 1);
});
