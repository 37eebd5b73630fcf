/** Which differences a finding of `check` announces: by its code, and for keys that are not carried by the key. */

/** What a finding speaks about. */
export interface Announced {
  /** The aspects that may differ at the service that it names. */
  readonly aspects: RegExp;
  /** Set where a finding may be right without anything to be seen, with the reason. */
  readonly unseen?: string;
}

const MOUNTS = /^(mount|file)\./;
const NAMES = /^(name|port|hosts)\./;

/** Keys of `kube-not-carried` that a process can see, as docs/coverage.md has them. */
export const KEYS: Readonly<Record<string, Announced>> = {
  "cgroup": { aspects: /^namespace\.cgroup$/ },
  "pids_limit": { aspects: /^cgroup\.pids$/ },
  "ulimits": { aspects: /^limit\./ },
  "umask": { aspects: /^umask$/ },
  "uts": { aspects: /^(namespace\.uts|hostname)$/ },
};

/** Findings with a code of their own, as docs/errors.md has them. */
export const CODES: Readonly<Record<string, Announced>> = {
  "kube-anonymous-volume": { aspects: MOUNTS, unseen: "it is about what is kept, not about what is seen" },
  "kube-bind-special": { aspects: MOUNTS },
  "kube-configuration-read-only": {
    aspects: /^mount\.[^ ]+\.(writable|kept in|size)$|^mount\.[^ ]+: |^file\.[^ ]+\.writable$/,
    unseen: "a program that is no root's could not write before, either",
  },
  "kube-device": { aspects: /^device\./ },
  "kube-dns-servers": {
    aspects: NAMES,
    unseen: "it is about whom a program asks for names of others, which nobody answers here",
  },
  "kube-engine-socket": { aspects: MOUNTS },
  "kube-engine-tool": { aspects: /./ },
  "kube-entrypoint-emptied": { aspects: /^args$/ },
  "kube-external-link": { aspects: NAMES },
  "kube-group-unknown": { aspects: /^groups$/ },
  "kube-host-gateway": { aspects: NAMES, unseen: "until decided it is the address that Docker gives it" },
  "kube-host-renamed": { aspects: NAMES },
  "kube-host-replaced": { aspects: /^(env\.|args$|calls$|name\.|port\.|mount\.[^ ]+: )/ },
  "kube-hostname": { aspects: /^(hostname$|domainname$|hosts\.|name\.)/ },
  "kube-hostname-short": {
    aspects: /^(hostname$|domainname$|hosts\.|name\.|env\.RABBITMQ_NODENAME$)/,
    unseen: "a server from 1.35 on tells the whole name",
  },
  "kube-image-groups": {
    aspects: /^groups$/,
    unseen: "an image that has the user in no group gives it none",
  },
  "kube-memory-mode": {
    aspects: /^mount\.[^ ]+(: |\.writable$)/,
    unseen: "where the image has no such directory it is open to all in Docker, too",
  },
  "kube-memory-shared": { aspects: MOUNTS },
  "kube-mount-type": { aspects: MOUNTS },
  "kube-name-changed": { aspects: NAMES, unseen: "the old name answers by the cluster's DNS" },
  "kube-name-not-dns": { aspects: NAMES },
  "kube-network-mode": { aspects: /^(namespace\.net$|name\.|port\.|hosts\.|hostname$|runs$)/ },
  "kube-one-pod": {
    aspects:
      /^(namespace\.(ipc|uts|pid|net)$|first process$|(host|domain)name$|mount\.\/dev\/shm|groups$)|^(name|port|hosts)\./,
  },
  "kube-pids-limit": { aspects: /^cgroup\.pids$/ },
  "kube-one-shot-unclear": {
    aspects: /^restarted$/,
    unseen: "a program that runs on is not started again in Docker, either",
  },
  "kube-platform": { aspects: /^runs$/ },
  "kube-port-unknown": { aspects: NAMES },
  "kube-port-unnumbered": {
    aspects: /^published\./,
    unseen: "nobody knows which port of the machine Docker took",
  },
  "kube-probe-secret": { aspects: /^calls$/ },
  "kube-propagation": { aspects: /^mount\.[^ ]+\.propagation$/ },
  "kube-public-port": {
    aspects: /^(published|port)\./,
    unseen: "it also says that a port is reached as before",
  },
  "kube-registry-login": { aspects: /^runs$/, unseen: "the image may be public" },
  "kube-security-option": { aspects: /^rights\./ },
  "kube-stop-signal": { aspects: /^signal$/, unseen: "an image with a shell has it sent" },
  "kube-storage-owner": {
    aspects: /^mount\.[^ ]+(: |\.writable$)/,
    unseen: "a volume that Docker does not fill is root's there, too",
  },
  "kube-system-path": { aspects: MOUNTS, unseen: "one that is carried read-only is the same" },
  "kube-ulimits": { aspects: /^limit\./ },
  "kube-unsafe-sysctl": {
    aspects: /^(sysctl\.|runs$)/,
    unseen: "where the kubelet allows it, it is carried",
  },
  "kube-user-unknown": { aspects: /^(uid|gid|groups|env\.HOME|mount\..*)$/ },
  "kube-volumes-from": { aspects: MOUNTS, unseen: "what compose ignores is ignored here" },
  "kube-volume-foreign": { aspects: MOUNTS },
  "kube-volume-smb": { aspects: MOUNTS },
};
