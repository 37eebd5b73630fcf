/** Servers whose own healthcheck logs in with the administrator's password, which is in the middle of a change. */
import type { Conversion } from "../kube/conversion.ts";
import { containersOf } from "../kube/object.ts";
import { record } from "../values/json.ts";
import type { SecretGroup } from "./place.ts";

/**
 * The servers whose probes name a variable of the group. Between the server's restart and the Job that changes its
 * password, such a probe fails, and the run waits for it.
 */
export function probesThatLogIn(conversion: Conversion, { adminOf, places }: SecretGroup): readonly string[] {
  return adminOf.filter((server) => {
    const workload = conversion.services.get(server)?.workload[0]?.object;
    const names = places.flatMap(({ variable }) => variable?.service === server ? [variable.name] : []);
    if (workload === undefined) return false;
    return containersOf(workload).some((container) =>
      ["startupProbe", "readinessProbe"].some((probe) => {
        const command = record(record(container[probe])?.["exec"])?.["command"];
        return names.some((name) => JSON.stringify(command ?? "").includes(name));
      })
    );
  });
}
