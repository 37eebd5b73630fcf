/** A side as it may have been seen, for tests of what is done with it. */
import type { Mount, ServiceView, SideView, View } from "./view.ts";

const DATA: Mount = {
  target: "/data",
  type: "ext4",
  readOnly: false,
  options: "",
  propagation: "",
  size: 0,
  writable: "yes",
  directory: true,
  entries: { ".": "drwxr-x--- 1234:1234", "kept": "-rw-r--r-- 1234:1234 0123456789ab" },
  identity: "254:0 /data",
};

const VIEW: View = {
  args: ["/probe", "price: $$5"],
  env: ["HOME=/root", "HOSTNAME=aaaaaaaaaaaa"],
  cwd: "/srv",
  uid: 1234,
  gid: 1234,
  groups: [1234],
  status: {
    blocked: "add_key keyctl request_key",
    Seccomp: "2",
    NoNewPrivs: "0",
    CapBnd: "00000000a80425fb",
  },
  umask: "22",
  limits: { "Max open files": "1024 4096" },
  hostname: "aaaaaaaaaaaa",
  domainname: "",
  oomScoreAdj: "0",
  pid: 1,
  stdin: "null",
  stdout: "pipe",
  files: {
    "/etc/hosts": "127.0.0.1\tlocalhost\n::1\tip6-localhost\n192.0.2.4\tlighthouse\n172.18.0.2\taaaaaaaaaaaa",
    "/etc/resolv.conf": "nameserver 127.0.0.11\noptions ndots:0",
  },
  mounts: [DATA, { ...DATA, target: "/etc/hosts", directory: false }],
  devices: { null: "Dcrw-rw-rw- 1:3", stdin: "Lrwxrwxrwx" },
  sysctls: { "/proc/sys/net/core/somaxconn": "4096" },
  cgroup: { memory: "67108864", cpuQuota: "50000", cpuPeriod: "100000", cpuShares: "1024" },
  namespaces: { pid: "pid:[1]", ipc: "ipc:[1]" },
  processes: ["probe"],
  memory: 8_589_934_592,
};

const SERVICE: ServiceView = {
  view: VIEW,
  generated: ["aaaaaaaaaaaa"],
  addresses: ["172.18.0.2"],
  calls: [{ args: ["/probe", "healthy", "x"], cwd: "/srv", uid: 1234 }],
  sights: [
    { name: "store", addresses: ["172.18.0.3"], ports: { "5432/tcp": "store", "5433/tcp": "" } },
    { name: "elsewhere", addresses: [], ports: {} },
    { name: "apart", addresses: [], ports: {}, owner: "apart", asked: ["6000/tcp"] },
  ],
  handed: { "/run/secrets/rope": { is: "-r--r----- 0:1234 0123456789ab", writable: "permission denied" } },
  deaf: {},
  after: { store: true },
  signal: "SIGTERM",
};

/** The engine's side: `web`, which uses `store`. */
export const BEFORE: SideView = {
  services: {
    web: SERVICE,
    store: {
      ...SERVICE,
      view: { ...VIEW, hostname: "bbbbbbbbbbbb", namespaces: { pid: "pid:[2]", ipc: "ipc:[2]" } },
      generated: ["bbbbbbbbbbbb"],
      addresses: ["172.18.0.3"],
      after: {},
    },
  },
  machine: { pid: "pid:[machine]", ipc: "ipc:[machine]" },
  published: { "node 8080/tcp": "web", "loopback 8080/tcp": "web" },
};

/** The same in pods: other addresses, ids, name servers and files of the kubelet's. */
export const AFTER: SideView = {
  ...BEFORE,
  services: {
    web: {
      ...SERVICE,
      view: {
        ...VIEW,
        env: ["HOME=/root", "HOSTNAME=web-1", "KUBERNETES_SERVICE_HOST=10.43.0.1"],
        groups: [],
        hostname: "web-1",
        files: {
          "/etc/hosts":
            "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n10.42.0.7\tweb-1\n" +
            "\n# Entries added by HostAliases.\n192.0.2.4\tlighthouse",
          "/etc/resolv.conf":
            "search s.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.40.0.1\noptions ndots:5",
        },
        mounts: [DATA, { ...DATA, target: "/dev/termination-log", directory: false }],
        cgroup: { ...VIEW.cgroup, cpuShares: "2" },
        namespaces: { pid: "pid:[11]", ipc: "ipc:[11]" },
      },
      generated: ["web-1"],
      addresses: ["10.42.0.7"],
      sights: [
        { name: "store", addresses: ["10.43.0.9"], ports: { "5432/tcp": "store", "5433/tcp": "" } },
        { name: "elsewhere", addresses: [], ports: {} },
        {
          name: "apart",
          addresses: ["10.43.0.11"],
          ports: { "6000/tcp": "" },
          owner: "apart",
          asked: ["6000/tcp"],
        },
      ],
    },
    store: {
      ...SERVICE,
      view: { ...VIEW, hostname: "store-0", namespaces: { pid: "pid:[12]", ipc: "ipc:[12]" } },
      generated: ["store-0"],
      addresses: ["10.42.0.8"],
      after: {},
    },
  },
};
