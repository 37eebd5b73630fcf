/** Asks an engine about the images of a stack: exposed ports, users, and the names that a running container knows. */
import type { Project } from "../../compose/project.ts";
import type { ImageFacts } from "../stack/image_facts.ts";
import type { Engine } from "./engine.ts";
import { factsOf, firstFile, usersOf } from "./image_facts.ts";
import { imagePath } from "./image_identity.ts";
import { field } from "../values/json.ts";

/**
 * Facts by image reference, of the images that the engine has; an image that it lacks is simply not there. Named
 * users are looked up in a container of the service, running or not, since an image alone cannot be read.
 */
export async function inspectImages(
  engine: Engine,
  project: Project,
): Promise<ReadonlyMap<string, ImageFacts>> {
  const facts = new Map<string, ImageFacts>();
  for (const { name, image, user } of Object.values(project.services)) {
    if (image === undefined) continue;
    const known = facts.get(image) ?? factsOf(await engine.json(`/images/${imagePath(image)}/json`));
    if (known === undefined) continue;
    const users = needsNames(user) || needsNames(known.user)
      ? await usersOfService(engine, project, name)
      : undefined;
    facts.set(image, { ...known, ...(users === undefined ? {} : { users: { ...known.users, ...users } }) });
  }
  return facts;
}

function needsNames(user: string | undefined): boolean {
  const name = (user ?? "").split(":")[0] ?? "";
  return name !== "" && name !== "root" && !/^\d+$/.test(name);
}

async function usersOfService(
  engine: Engine,
  project: Project,
  service: string,
): Promise<Readonly<Record<string, number>> | undefined> {
  const labels = [`com.docker.compose.project=${project.name}`, `com.docker.compose.service=${service}`];
  const filters = encodeURIComponent(JSON.stringify({ label: labels }));
  const containers = await engine.json(`/containers/json?all=true&filters=${filters}`);
  const id = Array.isArray(containers) ? field(containers[0], "Id") : undefined;
  if (typeof id !== "string" || !/^[0-9a-f]+$/.test(id)) return undefined;
  const archive = await engine.bytes(`/containers/${id}/archive?path=/etc/passwd`);
  const passwd = archive === undefined ? undefined : firstFile(archive);
  return passwd === undefined ? undefined : usersOf(new TextDecoder().decode(passwd));
}
