/** A project in canonical form around the services of a test. */
import type { Project, Service } from "../../compose/project.ts";

export function projectOf(services: Readonly<Record<string, Service>>): Project {
  return {
    name: "p",
    workingDir: "/p",
    composeFiles: [],
    environment: {},
    services,
    networks: {},
    volumes: {},
    configs: {},
    secrets: {},
    disabledServices: {},
    canonical: {},
    written: () => undefined,
    variable: () => undefined,
    span: () => undefined,
  };
}
