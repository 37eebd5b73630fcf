/** Named volumes that the engine which has the stack does not have: what was written lies elsewhere, or never was. */
import { yamlText } from "../diagnostics/yaml_word.ts";
import { at, type Context } from "../stack/context.ts";
import { mountingServices } from "../stack/storage/mounting.ts";
import { nameInDocker } from "../stack/storage/volume_roles.ts";

/** One warning for each that is mounted in some pod. Docker makes it, empty; one that is `external` it refuses to miss. */
export function reportAbsentVolumes(context: Context, absent: readonly string[]): void {
  const { project, decisions } = context;
  for (const key of absent) {
    const users = mountingServices(context).filter(({ volumes = [] }) =>
      volumes.some(({ type, source }) => type === "volume" && source === key)
    );
    const volume = project.volumes[key] ?? {};
    if (users.length === 0 || decisions.storage?.[key] !== undefined) continue;
    const name = nameInDocker(project, key, volume);
    context.report({
      code: "kube-volume-absent",
      severity: "warning",
      message: `The engine has no volume "${name}" for "${key}": ${
        volume.external === true
          ? "docker compose does not start without it, and pods wait until its directory is there"
          : "it begins with what the image has there, or empty, as with docker compose"
      }`,
      ...at(project, ["volumes", key]),
      hint:
        `If its data has another name (docker volume ls): volumes: { ${
          yamlText(key)
        }: { name: NAME } } in the ` +
        `compose file; if it lies elsewhere: storage: { ${yamlText(key)}: { path: /DIRECTORY } }`,
    });
  }
}
