/** What people of each role ask of the API server, and what it must answer. */

export const NAMESPACE = "faf";
export const DEVELOPER = { groups: ["developers"] };
export const DEPLOYER = { groups: ["deployers"] };
export const OPERATOR = { groups: ["operators"] };

export const POD_SPEC = {
  initContainers: [{ name: "first", image: "busybox:1", command: ["true"] }],
  volumes: [{ name: "scratch", emptyDir: {} }],
  containers: [{
    name: "web",
    image: "nginx:1",
    resources: { limits: { memory: "64Mi" } },
    readinessProbe: { tcpSocket: { port: 80 } },
    env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "passwords", key: "a" } } }],
  }],
};

export const IN = `/api/v1/namespaces/${NAMESPACE}`;
export const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`;
export const MERGE = "application/strategic-merge-patch+json";
export const containerPatch = (fields: Record<string, unknown>): unknown => ({
  spec: { template: { spec: { containers: [{ name: "web", ...fields }] } } },
});

/** Claims, request and the status that the API server must answer; 4xx besides 403 is beyond the authorization. */
export const REQUESTS:
  readonly (readonly [string, Record<string, unknown>, string, string, number, unknown?])[] = [
    ["a developer reads logs", DEVELOPER, "GET", `${IN}/pods/web/log`, 200],
    ["a developer reads configuration", DEVELOPER, "GET", `${IN}/configmaps/settings`, 200],
    ["a developer lists pods", DEVELOPER, "GET", `${IN}/pods`, 200],
    ["a developer lists events", DEVELOPER, "GET", `${IN}/events`, 200],
    ["a developer sees nodes", DEVELOPER, "GET", "/api/v1/nodes", 200],
    ["a developer reads no Secret", DEVELOPER, "GET", `${IN}/secrets/passwords`, 403],
    ["a developer lists no Secrets", DEVELOPER, "GET", `${IN}/secrets`, 403],
    ["a developer watches no Secrets", DEVELOPER, "GET", `${IN}/secrets?watch=1`, 403],
    ["a developer lists no Secrets of the cluster", DEVELOPER, "GET", "/api/v1/secrets", 403],
    ["a developer deletes no pod", DEVELOPER, "DELETE", `${IN}/pods/web`, 403],
    ["a developer deletes no pods", DEVELOPER, "DELETE", `${IN}/pods`, 403],
    ["a developer runs nothing in a pod", DEVELOPER, "POST", `${IN}/pods/web/exec?command=id`, 403],
    [
      "a developer changes nothing",
      DEVELOPER,
      "PATCH",
      DEPLOYMENT,
      403,
      containerPatch({ image: "nginx:2" }),
    ],
    ["a developer makes no pod", DEVELOPER, "POST", `${IN}/pods`, 403, {
      metadata: { name: "x" },
      spec: POD_SPEC,
    }],
    ["a developer gets no token", DEVELOPER, "POST", `${IN}/serviceaccounts/person-guest/token`, 403, {}],
    [
      "a developer sees no other namespace",
      DEVELOPER,
      "GET",
      "/api/v1/namespaces/other/configmaps/settings",
      403,
    ],
    ["a deployer changes an image", DEPLOYER, "PATCH", DEPLOYMENT, 200, containerPatch({ image: "nginx:2" })],
    ["a deployer restarts", DEPLOYER, "PATCH", DEPLOYMENT, 200, {
      spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } },
    }],
    ["a deployer scales", DEPLOYER, "PATCH", `${DEPLOYMENT}/scale`, 200, { spec: { replicas: 2 } }],
    ["a deployer mounts no Secret", DEPLOYER, "PATCH", DEPLOYMENT, 422, {
      spec: { template: { spec: { volumes: [{ name: "x", secret: { secretName: "passwords" } }] } } },
    }],
    [
      "a deployer changes no command",
      DEPLOYER,
      "PATCH",
      DEPLOYMENT,
      422,
      containerPatch({ command: ["env"] }),
    ],
    [
      "a deployer changes no variable",
      DEPLOYER,
      "PATCH",
      DEPLOYMENT,
      422,
      containerPatch({
        env: [{ name: "OTHER", valueFrom: { secretKeyRef: { name: "other", key: "a" } } }],
      }),
    ],
    ["a deployer adds no container", DEPLOYER, "PATCH", DEPLOYMENT, 422, {
      spec: { template: { spec: { containers: [{ name: "more", image: "x" }] } } },
    }],
    ["a deployer adds no init container", DEPLOYER, "PATCH", DEPLOYMENT, 422, {
      spec: { template: { spec: { initContainers: [{ name: "more", image: "x" }] } } },
    }],
    ["a deployer takes no other account", DEPLOYER, "PATCH", DEPLOYMENT, 422, {
      spec: { template: { spec: { serviceAccountName: "person-guest" } } },
    }],
    ["a deployer reads no Secret", DEPLOYER, "GET", `${IN}/secrets/passwords`, 403],
    ["a deployer deletes no Deployment", DEPLOYER, "DELETE", DEPLOYMENT, 403],
    ["a deployer makes no Job", DEPLOYER, "POST", `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`, 403, {}],
    ["an operator reads Secrets", OPERATOR, "GET", `${IN}/secrets/passwords`, 200],
    [
      "an operator changes a command",
      OPERATOR,
      "PATCH",
      DEPLOYMENT,
      200,
      containerPatch({ command: ["nginx"] }),
    ],
    [
      "an operator deletes no claim of a volume",
      OPERATOR,
      "DELETE",
      `${IN}/persistentvolumeclaims/data`,
      403,
    ],
    ["an operator deletes no namespace", OPERATOR, "DELETE", `/api/v1/namespaces/${NAMESPACE}`, 403],
    [
      "an operator gives nobody a role",
      OPERATOR,
      "POST",
      `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`,
      403,
      {},
    ],
    ["an operator sees no other namespace", OPERATOR, "GET", "/api/v1/namespaces/other/secrets", 403],
    ["a person by name is an operator", { sub: "1" }, "GET", `${IN}/secrets/passwords`, 200],
    ["nobody in no group", {}, "GET", `${IN}/pods`, 403],
    [
      "a group of the cluster's own is only a name",
      { groups: ["system:masters"] },
      "GET",
      `${IN}/secrets`,
      403,
    ],
    ["the prefix cannot be brought along", { groups: ["oidc:operators"] }, "GET", `${IN}/secrets`, 403],
  ];
