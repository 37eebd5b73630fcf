/**
 * Where a service needs the namespace's Pod Security level to be `privileged`, whoever may start pods could start one that
 * takes the machine over. This holds everybody but administrators to the level `baseline`, whose controls it repeats:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline. What the stack has beyond it stays, and
 * may be restarted and scaled, but nobody changes what runs there or runs something in it.
 */
import { CAPABILITIES, SELINUX_TYPES } from "../pod_security.ts";
import type { KubeObject } from "../object.ts";
import { SAFE_SYSCTLS } from "../workload/sysctls.ts";
import { beginOfPods, policyIn } from "./policy.ts";

/** Pods are made from templates by the cluster's own controllers: what counts is who writes the template. */
const NOT_THE_CLUSTER = {
  name: "not-the-cluster",
  expression: "!request.userInfo.username.startsWith('system:kube-') && " +
    "!request.userInfo.username.startsWith('system:node:') && " +
    "!request.userInfo.username.startsWith('system:serviceaccount:kube-system:')",
};

/** Pod and templates; a ControllerRevision holds one as well, and nobody but a controller writes those. */
const POD = "(request.resource.resource == 'pods' ? dyn(OBJECT).spec : " +
  "request.resource.resource == 'cronjobs' ? dyn(OBJECT).spec.jobTemplate.spec.template.spec : " +
  "dyn(OBJECT).?spec.?template.?spec.orValue({}))";

const UNCONFINED = (of: string): string =>
  ["seccompProfile", "appArmorProfile"].map((profile) =>
    `${of}.?securityContext.?${profile}.?type.orValue('') == 'Unconfined'`
  ).join(" || ");
const SELINUX = (of: string): string =>
  `(${of}.?securityContext.?seLinuxOptions.?type.hasValue() && ` +
  `!(${of}.securityContext.seLinuxOptions.type in ${words(SELINUX_TYPES)})) || ` +
  `['user', 'role'].exists(k, k in ${of}.?securityContext.?seLinuxOptions.orValue({}))`;

const OF_POD = [
  "['hostNetwork', 'hostPID', 'hostIPC'].exists(k, k in variables.pod && variables.pod[k] == true)",
  "variables.pod.?volumes.orValue([]).exists(v, 'hostPath' in v)",
  `variables.pod.?securityContext.?sysctls.orValue([]).exists(s, !(s.name in ${words(SAFE_SYSCTLS)}))`,
  "variables.pod.?securityContext.?windowsOptions.?hostProcess.orValue(false)",
  UNCONFINED("variables.pod"),
  SELINUX("variables.pod"),
];

const OF_CONTAINER = [
  "c.?securityContext.?privileged.orValue(false)",
  `c.?securityContext.?capabilities.?add.orValue([]).exists(a, !(a in ${words(CAPABILITIES)}))`,
  "c.?securityContext.?procMount.orValue('Default') != 'Default'",
  "c.?securityContext.?windowsOptions.?hostProcess.orValue(false)",
  "c.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0)",
  UNCONFINED("c"),
  SELINUX("c"),
];

/** The policies and their bindings; `workloads` are those of the stack whose pods are beyond the level. */
export function privilegedPodsPolicies(namespace: string, workloads: readonly string[]): KubeObject[] {
  const conditions = [NOT_THE_CLUSTER, {
    name: "may-not-change-the-level",
    expression: `!authorizer.group('').resource('namespaces').name('${namespace}').check('patch').allowed()`,
  }];
  return [
    ...policyIn(namespace, `${namespace}-privileged-pods`, {
      matchConstraints: { resourceRules: RULES },
      matchConditions: conditions,
      variables: [
        { name: "pod", expression: POD.replaceAll("OBJECT", "object") },
        {
          name: "podBefore",
          expression: `oldObject == null ? {} : ${POD.replaceAll("OBJECT", "oldObject")}`,
        },
        {
          name: "containers",
          expression: ["containers", "initContainers", "ephemeralContainers"]
            .map((list) => `variables.pod.?${list}.orValue([])`).join(" + "),
        },
        {
          name: "isBeyond",
          expression: anyOf([...OF_POD, `variables.containers.exists(c, ${anyOf(OF_CONTAINER)})`]),
        },
      ],
      validations: [
        {
          expression: "request.resource.resource != 'controllerrevisions'",
          reason: "Forbidden",
          message: "Only the cluster itself writes revisions: a pod could be made from them",
        },
        {
          expression: "!variables.isBeyond || variables.pod == variables.podBefore",
          reason: "Forbidden",
          message:
            "Only an administrator makes or changes pods beyond the Pod Security level baseline in this " +
            "namespace; a restart and another number of replicas are free",
        },
      ],
    }),
    ...runsNothingIn(namespace, workloads, conditions),
  ];
}

/** Also operators, who may run programs in all other pods. */
function runsNothingIn(
  namespace: string,
  workloads: readonly string[],
  matchConditions: unknown,
): KubeObject[] {
  if (workloads.length === 0) return [];
  return policyIn(namespace, `${namespace}-privileged-exec`, {
    matchConstraints: {
      resourceRules: [{
        apiGroups: [""],
        apiVersions: ["v1"],
        operations: ["CONNECT"],
        resources: ["pods/attach", "pods/exec"],
      }],
    },
    matchConditions,
    validations: [{
      expression: `![${workloads.map((name) => `'${beginOfPods(name)}'`).join(", ")}]` +
        ".exists(begin, request.name.startsWith(begin))",
      reason: "Forbidden",
      message: `Only an administrator runs programs in pods of ${
        workloads.join(", ")
      }: they reach the machine`,
    }],
  });
}

const RULES = [
  { apiGroups: [""], resources: ["pods", "pods/ephemeralcontainers", "replicationcontrollers"] },
  {
    apiGroups: ["apps"],
    resources: ["deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"],
  },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"] },
].map((rule) => ({ ...rule, apiVersions: ["v1"], operations: ["CREATE", "UPDATE"] }));

function anyOf(expressions: readonly string[]): string {
  return expressions.map((expression) => `(${expression})`).join(" || ");
}

function words(names: Iterable<string>): string {
  return `[${[...names].map((name) => `'${name}'`).join(", ")}]`;
}
