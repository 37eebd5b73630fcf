/** `k3s`: the settings that belong on the node and not into the cluster, as k3s's files or as a NixOS module. */
import { resolve } from "node:path";
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { authenticationText } from "../kube/access/authentication.ts";
import {
  firstStartText,
  K3S_AUTHENTICATION,
  K3S_CONFIGURATION,
  K3S_FIRST_START,
  k3sConfigurationText,
  type K3sNode,
  nixosText,
} from "../kube/host/k3s.ts";
import { traefikDecisions } from "../decisions/traefik.ts";
import { OWNER_LABEL } from "../run/names.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import type { CommandOptions } from "./command.ts";
import { type LaidOut, layOutK3s } from "./k3s_files.ts";
import { refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the files, or lays them out with `--to`; what they say follows from the decisions alone. */
export async function k3s(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const stack = await planStack(options, surroundings);
  if (hasErrors(stack.diagnostics)) return refuse(stack);
  const node = nodeOf(stack);
  const files = [
    { path: K3S_CONFIGURATION, text: k3sConfigurationText(node) },
    ...(node.authentication === undefined ? [] : [{ path: K3S_AUTHENTICATION, text: node.authentication }]),
    ...(node.firstStart === undefined ? [] : [{ path: K3S_FIRST_START, text: node.firstStart }]),
  ];
  const { out, err } = surroundings.terminal(options.color === false);
  const { to } = options;
  if (typeof to === "string") {
    const laidOut = await layOutK3s(files, resolve(surroundings.directory, to));
    if (options.output === "json") out(`${JSON.stringify({ schemaVersion: 1, files: laidOut })}\n`);
    else err(laidOut.map(laidOutLine).join(""));
    return ExitCode.ok;
  }
  if (options.output === "json") out(`${JSON.stringify({ schemaVersion: 1, files })}\n`);
  else if (options.output === "nix") out(nixosText(node));
  else out(files.map(({ path, text }) => `# ${path}\n${text}`).join("\n"));
  return ExitCode.ok;
}

function laidOutLine({ path, state }: LaidOut): string {
  const words = {
    written: "written",
    there: "there already",
    late: "not written, because k3s has started here before: it is only for the first start",
  };
  return `${path}: ${words[state]}\n`;
}

function nodeOf({ decisions, conversion }: PlannedStack): K3sNode {
  const oidc = decisions.access?.oidc;
  const { mode, namespace } = traefikDecisions(decisions.traefik);
  const labels = conversion === undefined ? {} : { [OWNER_LABEL]: conversion.namespace };
  const { storageId } = decisions;
  return {
    ...(storageId === undefined ? {} : { storageId }),
    traefik: mode,
    ...(mode === "external" ? {} : { firstStart: firstStartText(namespace, labels) }),
    ...(oidc === undefined ? {} : { authentication: authenticationText(oidc, decisions.kubernetes) }),
  };
}
