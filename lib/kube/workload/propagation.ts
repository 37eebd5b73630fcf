/** Whether mounts below a mount are seen, in the container and on the node. */
import type { Mount } from "../../../compose/project.ts";
import { at } from "../../stack/context.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import type { Json } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";

/** Mounts of the container become visible on the node only where it is privileged. */
export function propagation(
  state: ConversionState,
  subject: DecidedService,
  mount: Mount,
  decision: StorageDecision | undefined,
): Json {
  const recursive = mount.bind?.recursive;
  if (recursive === "disabled") {
    state.context.report({
      code: "kube-propagation",
      severity: "warning",
      message:
        `"recursive: disabled" of "${mount.target}" of service "${subject.service.name}" is not carried: what is mounted below it on the node is seen in the pod`,
      ...at(state.context.project, ["services", subject.service.name, "volumes"]),
      hint: "Mount the directories beside it one by one",
    });
  }
  // The API takes it of a read-only mount alone that has no propagation.
  if (recursive === "readonly" && mount.read_only === true) return { recursiveReadOnly: "IfPossible" };
  if (decision?.propagation !== undefined) return { mountPropagation: decision.propagation };
  switch (mount.bind?.propagation) {
    case "rshared":
    case "shared":
      if (subject.service.privileged === true) return { mountPropagation: "Bidirectional" };
      state.context.report({
        code: "kube-propagation",
        severity: "warning",
        message:
          `Mounts made at "${mount.target}" by service "${subject.service.name}" stay inside: only a privileged container gives them to the node`,
        ...at(state.context.project, ["services", subject.service.name, "volumes"]),
        hint: "Set privileged: true, or mount on the node",
      });
      return { mountPropagation: "HostToContainer" };
    case "rslave":
    case "slave":
      return { mountPropagation: "HostToContainer" };
    default:
      return {};
  }
}
