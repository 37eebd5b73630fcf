/** What becomes of every key of the compose specification. A test compares it with the loader's own list of keys. */

/**
 * - `carried`: the objects say the same.
 * - `replaced`: something named takes its place; where behaviour differs, a finding says it.
 * - `reported`: it is not carried, and a finding says so wherever it is used.
 * - `read`: the loader has worked it in; nothing of it is left to carry.
 */
export type Treatment = "carried" | "replaced" | "reported" | "read";

export interface Coverage {
  readonly treatment: Treatment;
  /** Into what, or why not. */
  readonly what: string;
  /** For `reported` keys without a rule of their own: what to do instead. */
  readonly hint?: string;
  readonly severity?: "question" | "warning" | "info";
}

const carried = (what: string): Coverage => ({ treatment: "carried", what });
const replaced = (what: string): Coverage => ({ treatment: "replaced", what });
const read = (what: string): Coverage => ({ treatment: "read", what });
/** Reported by a rule of its own, which knows more than the key. */
const special = (what: string): Coverage => ({ treatment: "reported", what });
const reported = (what: string, hint: string, severity: Coverage["severity"] = "warning"): Coverage => ({
  treatment: "reported",
  what,
  hint,
  severity: severity ?? "warning",
});

const OWNED = "an init container gives the file to it; of a file on disk compose ignores it";
const LIMITS_HINT = "Use deploy.resources, or resources in decisions.yaml";
const NODE_HINT = "Set it on the node, for the kubelet or the container runtime";
const NOT_NEEDED = "Nothing is to be done";
const NETWORK_HINT = "Nothing is to be done; who reaches whom stands at the end of check";

/** By path: `service.ports.target`. A trailing `.*` speaks for everything below. */
export const COVERAGE: Readonly<Record<string, Coverage>> = {
  "service.annotations.*": carried("annotations of the pod"),
  "service.attach": read("a matter of compose's own output"),
  "service.blkio_config.*": reported("Kubernetes does not limit the disk", NODE_HINT),
  "service.build.*": replaced(
    "an image of a registry: the decision services.NAME.image, where nothing pushes it",
  ),
  "service.cap_add": carried("securityContext.capabilities.add"),
  "service.cap_drop": carried("securityContext.capabilities.drop"),
  "service.cgroup": reported("every pod has a cgroup namespace of its own", NOT_NEEDED, "info"),
  "service.cgroup_parent": reported("the kubelet makes the cgroups", NODE_HINT),
  "service.command": carried("args"),
  "service.configs.gid": carried(OWNED),
  "service.configs.mode": carried("mode of the item; of a file on disk its own"),
  "service.configs.source": carried("a ConfigMap, or a Secret where its content is one"),
  "service.configs.target": carried("mountPath with subPath"),
  "service.configs.uid": carried(OWNED),
  "service.container_name": replaced("a Service of that name, else a line of the cluster's CoreDNS"),
  "service.cpu_count": reported("a Windows limit", LIMITS_HINT),
  "service.cpu_percent": reported("a Windows limit", LIMITS_HINT),
  "service.cpu_period": carried("with cpu_quota: resources.limits.cpu"),
  "service.cpu_quota": carried("by its period: resources.limits.cpu"),
  "service.cpu_rt_period": reported("no pod has a real-time share", NODE_HINT),
  "service.cpu_rt_runtime": reported("no pod has a real-time share", NODE_HINT),
  "service.cpu_shares": carried(
    "above 1024 resources.requests.cpu, 100m for each 1024; below it as a pod that requests nothing",
  ),
  "service.cpus": carried("resources.limits.cpu"),
  "service.cpuset": reported("the kubelet's CPU manager pins processors", NODE_HINT),
  "service.credential_spec.*": reported(
    "Windows accounts are set at the pod",
    "Use securityContext.windowsOptions",
  ),
  "service.depends_on.*": replaced("the order of migrations and, for service_healthy, an init container"),
  "service.deploy.endpoint_mode": replaced(
    "a Service with one address that leads to all pods; compose itself heeds neither mode",
  ),
  "service.deploy.labels.*": carried(
    "annotations of the workload; routes where the Traefik asks swarm, and reported where it asks Docker",
  ),
  "service.deploy.mode": carried("DaemonSet for global, Job for jobs"),
  "service.deploy.placement.*": carried(
    "nodeAffinity and topologySpreadConstraints, as wishes or by decision as conditions",
  ),
  "service.deploy.replicas": carried("replicas"),
  "service.deploy.resources.limits.cpus": carried("resources.limits.cpu"),
  "service.deploy.resources.limits.memory": carried("resources.limits.memory"),
  "service.deploy.resources.limits.pids": special("the kubelet's podPidsLimit"),
  "service.deploy.resources.reservations.cpus": carried("resources.requests.cpu"),
  "service.deploy.resources.reservations.devices.*": carried(
    "NVIDIA's RuntimeClass and its variables, or by decision the resource of a device plugin",
  ),
  "service.deploy.resources.reservations.generic_resources.*": carried(
    "by decision the resource of a device plugin",
  ),
  "service.deploy.resources.reservations.memory": carried("resources.requests.memory"),
  "service.deploy.restart_policy.*": replaced(
    "a question where the condition is none or on-failure, since a Deployment goes on running",
  ),
  "service.deploy.rollback_config.*": reported(
    "a rollout is not rolled back by itself",
    "kubectl rollout undo",
    "info",
  ),
  "service.deploy.update_config.*": replaced("RollingUpdate for start-first, else by the kind of service"),
  "service.develop.*": read("a matter of development"),
  "service.device_cgroup_rules": carried("by decision: privileged"),
  "service.devices.*": carried(
    "by decision: the resource of a device plugin, or privileged; /dev/net/tun as it is, which runc but for 1.2.0 to 1.2.3 lets be opened",
  ),
  "service.dns": replaced("dnsConfig.nameservers where no name of the stack is called; else a question"),
  "service.dns_opt": carried("dnsConfig.options"),
  "service.dns_search": carried("dnsConfig.searches"),
  "service.domainname": carried("with hostname: a line in the hosts file"),
  "service.entrypoint": carried("command"),
  "service.env_file.*": read("its variables stand in environment"),
  "service.environment.*": carried("a ConfigMap and a Secret, read by envFrom"),
  "service.expose": carried("ports of the Service"),
  "service.extends.*": read("merged"),
  "service.external_links": replaced(
    "a Service of type ExternalName, where the other project is known; else a finding says so",
  ),
  "service.extra_hosts.*": carried(
    "hostAliases; host-gateway by decision; a container's fixed address by its Service",
  ),
  "service.gpus.*": carried(
    "NVIDIA's RuntimeClass and its variables, or by decision the resource of a device plugin",
  ),
  "service.group_add": carried("supplementalGroups; names by decision"),
  "service.healthcheck.disable": carried("no probes"),
  "service.healthcheck.interval": carried("periodSeconds"),
  "service.healthcheck.retries": carried("failureThreshold"),
  "service.healthcheck.start_interval": carried("periodSeconds of the startup probe"),
  "service.healthcheck.start_period": carried(
    "the startup probe, which has no end but a decided one, or an hour with liveness",
  ),
  "service.healthcheck.test": carried("startup and readiness probes; liveness by decision"),
  "service.healthcheck.timeout": carried("timeoutSeconds"),
  "service.hostname": carried("hostname, a line in the hosts file, RabbitMQ's node name"),
  "service.image": carried("image"),
  "service.init": replaced("shareProcessNamespace: the pause process reaps the others"),
  "service.ipc": carried("one pod with the service or container that is named; hostIPC for host"),
  "service.isolation": read("Linux has one mode, the default: its engine refuses any other"),
  "service.label_file": read("its labels stand in labels"),
  "service.labels.*": carried("annotations of the pod; Traefik's labels are routes"),
  "service.links": replaced("Services for the aliases, an edge of the dependencies"),
  "service.logging.driver": replaced(
    "the kubelet's log files, which kubectl logs reads; drivers that send logs elsewhere are reported",
  ),
  "service.logging.options.*": read("the kubelet rotates by its own settings"),
  "service.mac_address": reported("the network plugin gives addresses", NOT_NEEDED),
  "service.mem_limit": carried("resources.limits.memory"),
  "service.mem_reservation": carried("resources.requests.memory"),
  "service.mem_swappiness": reported("the kubelet rules swap", NODE_HINT),
  "service.memswap_limit": carried(
    "resources.limits.memory where it allows no swap; else reported: pods have none",
  ),
  "service.models.*": reported("no model runner serves pods", "Deploy the model as a service of its own"),
  "service.network_mode": carried(
    "one pod with the service or container that is named; hostNetwork for host; a NetworkPolicy for none",
  ),
  "service.networks.aliases": replaced("a Service of that name, else a line of the cluster's CoreDNS"),
  "service.networks.driver_opts.*": reported("the network plugin has its own options", NETWORK_HINT, "info"),
  "service.networks.gw_priority": reported("a pod has one network", NETWORK_HINT, "info"),
  "service.networks.interface_name": reported(
    "a pod has one interface",
    "Write eth0 where the program names one",
  ),
  "service.networks.ipv4_address": reported("pods have no fixed addresses", "Use the name of the Service"),
  "service.networks.ipv6_address": reported("pods have no fixed addresses", "Use the name of the Service"),
  "service.networks.link_local_ips": reported("pods have no fixed addresses", "Use the name of the Service"),
  "service.networks.mac_address": reported("the network plugin gives addresses", NOT_NEEDED),
  "service.networks.priority": reported("a pod has one network", NETWORK_HINT, "info"),
  "service.networks.use_service_name_alias": read("the service's name is always a Service"),
  "service.oom_kill_disable": reported("the kubelet decides who is killed", LIMITS_HINT),
  "service.oom_score_adj": reported("the kubelet sets it from requests and limits", LIMITS_HINT),
  "service.pid": carried(
    "one pod with the service or container that is named, shareProcessNamespace; hostPID for host",
  ),
  "service.pids_limit": reported("the kubelet has one limit for all pods", "Set podPidsLimit of the kubelet"),
  "service.platform": carried("nodeSelector"),
  "service.ports.app_protocol": carried("appProtocol"),
  "service.ports.host_ip": replaced("a loopback address keeps the port private"),
  "service.ports.mode": read("a Service reaches every pod"),
  "service.ports.name": read("ports are called by protocol and number"),
  "service.ports.protocol": carried("protocol"),
  "service.ports.published": replaced("reached as before, or what decisions.yaml says under publish"),
  "service.ports.target": carried("port and targetPort"),
  "service.post_start.*": carried("lifecycle.postStart, as the program's user"),
  "service.pre_start.*": reported(
    "a hook of compose",
    "Write it as an init container by a patch",
    "question",
  ),
  "service.pre_stop.*": carried("lifecycle.preStop, as the program's user"),
  "service.privileged": carried("securityContext.privileged, and the namespace's Pod Security level"),
  "service.profiles": read("services of inactive profiles are left out"),
  "service.provider.*": reported(
    "something outside compose provides it",
    "Deploy it by its own means",
    "question",
  ),
  "service.pull_policy": carried("imagePullPolicy"),
  "service.pull_refresh_after": reported(
    "Kubernetes pulls always, never or when absent",
    "Use pull_policy: always",
  ),
  "service.read_only": carried("readOnlyRootFilesystem"),
  "service.restart": replaced(
    "pods are started again; a question where Docker would not do that",
  ),
  "service.runtime": carried("runtimeClassName"),
  "service.scale": carried("replicas"),
  "service.secrets.gid": carried(OWNED),
  "service.secrets.mode": carried("mode of the item; of a file on disk its own"),
  "service.secrets.source": carried("a Secret"),
  "service.secrets.target": carried("mountPath with subPath"),
  "service.secrets.uid": carried(OWNED),
  "service.security_opt": carried(
    "allowPrivilegeEscalation, profiles (seccomp's is RuntimeDefault where nothing is said), SELinux options",
  ),
  "service.shm_size": carried("an emptyDir in memory at /dev/shm"),
  "service.stdin_open": carried("stdin"),
  "service.stop_grace_period": carried("terminationGracePeriodSeconds"),
  "service.stop_signal": carried("lifecycle.preStop, where the image has a shell"),
  "service.storage_opt.*": carried("size: resources.limits of ephemeral-storage"),
  "service.sysctls.*": carried(
    "securityContext.sysctls; those that kubelets refuse an init container writes",
  ),
  "service.tmpfs": carried(
    "an emptyDir in memory, with the mode and the owner of the entry, or Docker's 1777",
  ),
  "service.tty": carried("tty"),
  "service.ulimits.*": special("pods have the limits of the container runtime"),
  "service.umask": reported("a container has the image's umask", "Call umask in the entrypoint"),
  "service.use_api_socket": reported("no engine runs the pods", NOT_NEEDED),
  "service.user": carried("runAsUser and runAsGroup; names by decision or by the image"),
  "service.userns_mode": carried("hostUsers for host, the one mode that Docker has"),
  "service.uts": reported("only the host network shares the host's name", NOT_NEEDED),
  "service.volumes.bind.create_host_path": read(
    "false: a missing directory is an error; else it is made on the node",
  ),
  "service.volumes.bind.propagation": carried("mountPropagation"),
  "service.volumes.bind.recursive": carried("readonly: recursiveReadOnly; disabled is reported"),
  "service.volumes.bind.selinux": reported("the kubelet labels volumes", "Set seLinuxOptions", "info"),
  "service.volumes.consistency": read("a hint for Docker Desktop"),
  "service.volumes.image.subpath": carried("subPath"),
  "service.volumes.read_only": carried("readOnly"),
  "service.volumes.source": carried(
    "claim, ConfigMap, Secret (modes as on disk, owners where others may not read), hostPath or image",
  ),
  "service.volumes.target": carried("mountPath"),
  "service.volumes.tmpfs.mode": carried("the directory's mode, by an init container"),
  "service.volumes.tmpfs.size": carried("sizeLimit"),
  "service.volumes.type": carried("the kind of volume"),
  "service.volumes.volume.labels.*": read("labels for a volume that Docker would make"),
  "service.volumes.volume.nocopy": carried("no init container fills the volume from the image"),
  "service.volumes.volume.subpath": carried("subPath"),
  "service.volumes_from": carried("the mounts of the other service"),
  "service.working_dir": carried("workingDir"),
  "volume.driver": reported("a volume plugin of Docker", "Use the CSI driver of that storage", "question"),
  "volume.driver_opts.*": carried(
    "the path of a bind, the share of nfs or cifs with its options, memory for tmpfs; others are asked for",
  ),
  "volume.external.*": carried("its own name instead of the project's"),
  "volume.labels.*": read("labels of Docker's volume"),
  "volume.name": carried("the path below Docker's data root"),
  "network.attachable": read("a swarm setting"),
  "network.driver": reported("the cluster has one network", NETWORK_HINT, "info"),
  "network.driver_opts.*": reported("the network plugin has its own options", NETWORK_HINT, "info"),
  "network.enable_ipv4": reported("the cluster's families hold", "Set them when the cluster is made", "info"),
  "network.enable_ipv6": reported("the cluster's families hold", "Set them when the cluster is made", "info"),
  "network.external.*": replaced("a label by which pods of other projects on it are let in"),
  "network.internal": replaced(
    "a NetworkPolicy that leaves its services no other way out than its own and DNS",
  ),
  "network.ipam.*": reported("the cluster gives addresses", NETWORK_HINT, "info"),
  "network.labels.*": read("labels of Docker's network"),
  "network.name": replaced("a label by which pods of other projects on it are let in"),
  "config.content": carried("the content of the ConfigMap"),
  "config.environment": carried("the content of the ConfigMap"),
  "config.external.*": carried("the ConfigMap of that name, which has to be there beforehand"),
  "config.file": carried("the content of the ConfigMap"),
  "config.labels.*": read("labels of a swarm config"),
  "config.name": carried("the name of an external object"),
  "config.template_driver": reported("no templates are filled in", "Write the filled-in text"),
  "secret.driver": reported(
    "a swarm plugin keeps it",
    "Create the Secret by hand or by an operator",
    "question",
  ),
  "secret.driver_opts.*": read("reported with the driver"),
  "secret.environment": carried("the content of the Secret"),
  "secret.external.*": carried("the Secret of that name, which has to be there beforehand"),
  "secret.file": carried("the content of the Secret"),
  "secret.labels.*": read("labels of a swarm secret"),
  "secret.name": carried("the name of an external object"),
  "secret.template_driver": reported("no templates are filled in", "Write the filled-in text"),
};
