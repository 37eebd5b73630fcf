/** Who would reach what is live has no copy, and it is said why. */
import assert from "node:assert/strict";
import type { Service } from "../../compose/project.ts";
import type { BindSource } from "../../lib/rehearsal/bind_sources.ts";
import { copiedServices } from "../../lib/rehearsal/copied_services.ts";
import { projectOf } from "../docker/project.ts";

const bind = (source: string, isReadOnly = true): Omit<Service, "name"> => ({
  volumes: [{ type: "bind", source, target: "/there", read_only: isReadOnly }],
});

/** Keys of a service, and the end of the sentence; undefined for who has a copy. */
const SERVICES: readonly (readonly [Omit<Service, "name">, string | undefined])[] = [
  [{}, undefined],
  [{ volumes_from: ["container:live:ro"] }, "it has the volumes of another container, container:live:ro"],
  [{ use_api_socket: true }, "it has the engine's socket"],
  [{ use_api_socket: false }, undefined],
  [
    { provider: { type: "model" } },
    "it is created by a provider program of the machine, which cannot create a second one",
  ],
  [{ network_mode: "none" }, undefined],
  [{ network_mode: "bridge" }, undefined],
  [{ network_mode: "container:live" }, "it lives in the network of another container, container:live"],
  [{ network_mode: "edge" }, 'it lives in network "edge", in which others are live'],
  [{ pid: "host" }, "it can see and kill every process of the machine"],
  [{ pid: "container:live" }, "it sees the processes of another container, container:live"],
  [{ ipc: "host" }, "it uses the machine's shared memory"],
  [{ ipc: "container:live" }, "it has the memory of another container, container:live"],
  [{ ipc: "private" }, undefined],
  [bind("/"), 'it has the machine\'s "/"'],
  [bind("/var"), 'it has the machine\'s "/var"'],
  [bind("/var/log"), undefined],
  [bind("/run/podman/"), 'it has the machine\'s "/run/podman"'],
  [bind("/run/user/1000"), 'it has the machine\'s "/run/user/1000"'],
  [bind("/var/run/containerd"), 'it has the machine\'s "/var/run/containerd"'],
  [bind("/runner"), undefined],
  [bind("/srv/linked"), 'it has the machine\'s "/run/containerd"'],
  [bind("/srv/plain-name"), 'it has the socket "/srv/plain-name"'],
  [bind("/srv/to-socket"), 'it has the socket "/run/docker.sock"'],
  [bind("/srv/to-etc", false), 'it writes to the machine\'s "/etc"'],
  [bind("/srv/to-etc"), undefined],
  [bind("/dev/null"), undefined],
  [bind("/etc/resolv.conf"), undefined],
];

const SOURCES = new Map<string, BindSource>([
  ["/srv/linked", { real: "/run/containerd", kind: "directory" }],
  ["/srv/plain-name", { real: "/srv/plain-name", kind: "socket" }],
  ["/srv/to-socket", { real: "/run/docker.sock", kind: "missing" }],
  ["/dev/null", { real: "/dev/null", kind: "other" }],
  ["/srv/to-etc", { real: "/etc", kind: "directory" }],
  ["/etc/resolv.conf", { real: "/run/systemd/resolve/stub-resolv.conf", kind: "file" }],
]);

for (const [keys, why] of SERVICES) {
  const end = why ?? "it has a copy";
  Deno.test(`a service with ${JSON.stringify(keys)}: ${end}`, () => {
    const project = projectOf({ web: { ...keys, name: "web" } });
    assert.deepEqual(copiedServices(project, SOURCES), {
      kept: why === undefined ? ["web"] : [],
      leftOut: why === undefined ? {} : { web: why },
    });
  });
}
