/** `providers.docker.constraints`: whether a container's labels let Traefik see it. */
import { parseRule, type Rule, RuleError } from "./rule.ts";

/**
 * Evaluates a constraint expression as Traefik does (pkg/provider/constraints): an empty one lets all pass.
 *
 * @throws RuleError where the expression cannot be read; Traefik then drops every container
 */
export function matchesConstraints(expression: string, labels: Readonly<Record<string, string>>): boolean {
  if (expression.trim() === "") return true;
  return evaluate(parseRule(expression), labels);
}

function evaluate(rule: Rule, labels: Readonly<Record<string, string>>): boolean {
  switch (rule.kind) {
    case "and":
      return evaluate(rule.left, labels) && evaluate(rule.right, labels);
    case "or":
      return evaluate(rule.left, labels) || evaluate(rule.right, labels);
    case "not":
      return !evaluate(rule.of, labels);
    case "call": {
      const [name = "", value = ""] = rule.values;
      const label = labels[name];
      if (rule.values.length !== 2) throw new RuleError(`"${rule.name}" takes a name and a value`, 0);
      if (rule.name === "Label") return label === value;
      if (rule.name === "LabelRegex" || rule.name === "LabelRegexp") {
        return label !== undefined && new RegExp(value).test(label);
      }
      throw new RuleError(`the function "${rule.name}" does not exist in constraints`, 0);
    }
  }
}
