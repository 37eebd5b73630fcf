/** `deploy.placement` as what a pod wishes of its node, or has to have by decision. */
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at, type Context } from "../../stack/context.ts";
import { isAnnotationKey as isLabelKey, labelValue } from "../../stack/names.ts";
import { type Json, optional } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";

interface Expression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

const HOST = "kubernetes.io/hostname";
const SERVER = "node-role.kubernetes.io/control-plane";

/** Names of machines as `uname -m` has them, which swarm compares, by Kubernetes' own. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "arm",
  i686: "386",
};

/**
 * Constraints and the spread of swarm. compose does not heed them, so that they are wishes: a pod whose node is not there
 * is started elsewhere, as its container was.
 *
 * @param labels what selects the pods of the service
 */
export function placementOf(
  context: Context,
  { service, decision }: DecidedService,
  labels: Readonly<Record<string, string>>,
): Json {
  const isRequired = decision.placement === "required";
  const { constraints = [], preferences = [], max_replicas_per_node: most = 0 } = service.deploy?.placement ??
    {};
  const base = ["services", service.name, "deploy", "placement"];
  const found = constraints.map((text, index) => {
    const expression = expressionOf(text);
    if (expression === undefined) reportUnknown(context, service.name, text, [...base, "constraints", index]);
    return expression;
  }).filter((one) => one !== undefined);
  const spread = preferences.flatMap(({ spread = "" }, index) => {
    const key = keyOf(spread);
    if (key === undefined) reportUnknown(context, service.name, spread, [...base, "preferences", index]);
    return key === undefined ? [] : [spreadBy(key, 1, labels, "ScheduleAnyway")];
  });
  const perNode = Number(most) > 0
    ? [spreadBy(HOST, Number(most), labels, isRequired ? "DoNotSchedule" : "ScheduleAnyway")]
    : [];
  if (!isRequired && found.length > 0) reportWish(context, service.name, [...base, "constraints"]);
  return {
    ...optional("affinity", nodeAffinity(found, isRequired)),
    ...optional("topologySpreadConstraints", [...spread, ...perNode]),
  };
}

function nodeAffinity(expressions: readonly Expression[], isRequired: boolean): Json {
  if (expressions.length === 0) return {};
  return {
    nodeAffinity: isRequired
      ? {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: expressions }],
        },
      }
      : {
        preferredDuringSchedulingIgnoredDuringExecution: expressions.map((one) => ({
          weight: 100,
          preference: { matchExpressions: [one] },
        })),
      },
  };
}

function spreadBy(
  topologyKey: string,
  maxSkew: number,
  matchLabels: Readonly<Record<string, string>>,
  whenUnsatisfiable: string,
): Json {
  return { maxSkew, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels } };
}

/** `node.labels.disk == ssd`; nothing where no node of a cluster has the like. */
function expressionOf(text: string): Expression | undefined {
  const [, left = "", operator, right = ""] = /^\s*(\S+?)\s*(==|!=)\s*(.*?)\s*$/.exec(text) ?? [];
  if (operator === undefined) return undefined;
  const isSame = operator === "==";
  if (left.toLowerCase() === "node.role") {
    const isServer = (right.toLowerCase() === "manager") === isSame;
    return { key: SERVER, operator: isServer ? "Exists" : "DoesNotExist" };
  }
  const key = keyOf(left);
  if (key === undefined) return undefined;
  const value = key === "kubernetes.io/arch" ? ARCHITECTURES[right] ?? right : right;
  return { key, operator: isSame ? "In" : "NotIn", values: [labelValue(value)] };
}

/** The label of a node that swarm's word stands for. */
function keyOf(word: string): string | undefined {
  const [, label] = /^node\.labels\.(.+)$/i.exec(word) ?? [];
  if (label !== undefined) return isLabelKey(label) ? label : undefined;
  switch (word.toLowerCase()) {
    case "node.hostname":
      return HOST;
    case "node.platform.os":
      return "kubernetes.io/os";
    case "node.platform.arch":
      return "kubernetes.io/arch";
  }
  return undefined;
}

function reportUnknown(
  context: Context,
  service: string,
  text: string,
  path: readonly (string | number)[],
): void {
  context.report({
    code: "kube-placement",
    severity: "warning",
    message: `"${text}" of service "${service}" is not carried: no node of a cluster has that`,
    ...at(context.project, path),
    hint: "Label the node and write node.labels.NAME",
  });
}

function reportWish(context: Context, service: string, path: readonly (string | number)[]): void {
  context.report({
    code: "kube-placement",
    severity: "info",
    message:
      `Service "${service}" runs on the nodes of its constraints if there are such nodes: docker compose ignores them`,
    ...at(context.project, path),
    hint: `Label the nodes as in swarm. To run on no other nodes: services: { ${
      yamlWord(service)
    }: { placement: required } }`,
  });
}
