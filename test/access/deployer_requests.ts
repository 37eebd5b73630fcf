/** Changes of a workload: those that a deployer makes, and those that only an operator makes. */
import { containerPatch } from "./requests.ts";

const template = (fields: Record<string, unknown>): unknown => ({ spec: { template: fields } });
const pod = (fields: Record<string, unknown>): unknown => template({ spec: fields });
const annotated = (name: string): unknown => ({ metadata: { annotations: { [name]: "now" } } });
const RESTART = { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } };

/** Strategic merge patches by what they do, each beside the kinds that have the field. */
export const DEPLOYER_MAY: Readonly<Record<string, unknown>> = {
  "restarts": template({ metadata: RESTART }),
  "changes an image": containerPatch({ image: "nginx:2" }),
  "pins an image": containerPatch({ image: `nginx@sha256:${"a".repeat(64)}` }),
  "changes the image of an init container": pod({ initContainers: [{ name: "first", image: "busybox:2" }] }),
  "scales": { spec: { replicas: 2 } },
  "scales to nothing": { spec: { replicas: 0 } },
  "changes an image and restarts": template({
    metadata: RESTART,
    spec: { containers: [{ name: "web", image: "nginx:2" }] },
  }),
  "counts a revision, as the controllers do": annotated("deployment.kubernetes.io/revision"),
  "notes a cause": annotated("kubernetes.io/change-cause"),
};

export const DEPLOYER_MAY_NOT: Readonly<Record<string, unknown>> = {
  "a plain variable": containerPatch({ env: [{ name: "MORE", value: "x" }] }),
  "a variable of a Secret": containerPatch({
    env: [{ name: "MORE", valueFrom: { secretKeyRef: { name: "other", key: "a" } } }],
  }),
  "all variables of a Secret": containerPatch({ envFrom: [{ secretRef: { name: "other" } }] }),
  "a command": containerPatch({ command: ["env"] }),
  "arguments": containerPatch({ args: ["env"] }),
  "a working directory": containerPatch({ workingDir: "/tmp" }),
  "resources": containerPatch({ resources: { limits: { memory: "1Mi" } } }),
  "resources taken away": containerPatch({ resources: null }),
  "a probe": containerPatch({ livenessProbe: { exec: { command: ["env"] } } }),
  "another probe": containerPatch({ readinessProbe: { tcpSocket: { port: 81 } } }),
  "a probe taken away": containerPatch({ readinessProbe: null }),
  "a hook": containerPatch({ lifecycle: { preStop: { exec: { command: ["env"] } } } }),
  "a port": containerPatch({ ports: [{ containerPort: 81, hostPort: 81 }] }),
  "a mount": containerPatch({ volumeMounts: [{ name: "scratch", mountPath: "/more" }] }),
  "a container's security": containerPatch({ securityContext: { runAsUser: 0 } }),
  "when an image is pulled": containerPatch({ imagePullPolicy: "Never" }),
  "where the last words are": containerPatch({ terminationMessagePath: "/etc/passwd" }),
  "another container": pod({ containers: [{ name: "more", image: "x" }] }),
  "another init container": pod({ initContainers: [{ name: "more", image: "x" }] }),
  "an init container's command": pod({ initContainers: [{ name: "first", command: ["env"] }] }),
  "no init container": pod({ initContainers: [{ name: "first", $patch: "delete" }] }),
  "a volume": pod({ volumes: [{ name: "x", secret: { secretName: "passwords" } }] }),
  "another account": pod({ serviceAccountName: "person-guest" }),
  "the account's token": pod({ automountServiceAccountToken: true }),
  "the pod's security": pod({ securityContext: { runAsUser: 0 } }),
  "the host's network": pod({ hostNetwork: true }),
  "the host's processes": pod({ hostPID: true }),
  "shared processes": pod({ shareProcessNamespace: true }),
  "the grace": pod({ terminationGracePeriodSeconds: 0 }),
  "the node": pod({ nodeName: "main" }),
  "which nodes": pod({ nodeSelector: { a: "b" } }),
  "tolerations": pod({ tolerations: [{ operator: "Exists" }] }),
  "names of hosts": pod({ hostAliases: [{ ip: "192.0.2.1", hostnames: ["db"] }] }),
  "name resolution": pod({ dnsPolicy: "Default" }),
  "the servers of names": pod({ dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.1"] } }),
  "a registry's password": pod({ imagePullSecrets: [{ name: "passwords" }] }),
  "a class": pod({ priorityClassName: "system-node-critical" }),
  "a label of the pods": template({ metadata: { labels: { more: "x" } } }),
  "another annotation of the pods": template({ metadata: { annotations: { more: "x" } } }),
  "how fast": { spec: { minReadySeconds: 60 } },
  "the history": { spec: { revisionHistoryLimit: 0 } },
  "an annotation": annotated("compose-ferry/digest"),
  "a label": { metadata: { labels: { "compose-ferry/person": "guest" } } },
  "whose it is": { metadata: { labels: { "app.kubernetes.io/managed-by": "x" } } },
  "an owner": {
    metadata: { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "settings", uid: "1" }] },
  },
  "a finalizer": { metadata: { finalizers: ["example.org/never"] } },
};

/** What only one kind has. */
export const DEPLOYMENT_ONLY: Readonly<Record<string, unknown>> = {
  "the strategy": { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } },
  "a pause": { spec: { paused: true } },
  "the deadline": { spec: { progressDeadlineSeconds: 5000 } },
};
