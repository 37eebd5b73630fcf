/** Opens gates for pods to what they call and is still in an engine, and closes them again. Every call may be repeated. */
import { ApiError } from "../../cluster/api_error.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { withEngine } from "../../docker/change_containers.ts";
import { type Engine, EngineError } from "../../docker/engine.ts";
import { findForwarder } from "../../docker/forwarder_image.ts";
import { listHelpers, removeHelper, runHelper } from "../../docker/helper_containers.ts";
import { findEngines } from "../../docker/engines.ts";
import { findServiceContainers } from "../../docker/service_containers.ts";
import { withWayOut } from "../../docker/way_out.ts";
import { type KubeObject, objectKey, type PlannedObject } from "../../kube/object.ts";
import type { Crossings } from "../../migration/cutovers.ts";
import { refOf } from "../../migration/step.ts";
import { serviceLabel } from "../../stack/names.ts";
import { record } from "../../values/json.ts";
import { isActive } from "../guard/container_words.ts";
import { anyAnswers } from "./answering.ts";
import {
  GATE_LABELS,
  type Gated,
  gateName,
  gateObjects,
  gateOf,
  type GatePort,
  networksOf,
  otherNames,
  sliceName,
} from "./gate.ts";
import { findGateAddress, openToOthers } from "./gate_address.ts";
import { hostPorts } from "./gate_ports.ts";
import { type GateWriting, isFree, namesOfGate, putObjects, takeObjects, triedOut } from "./gate_writing.ts";
import type { StandInOptions } from "./stand_ins.ts";

/** Of whose gates this is. */
export interface GateOptions extends Pick<StandInOptions, "environment" | "project"> {
  readonly namespace: string;
  /** By which workload a service starts. */
  readonly crossings: Crossings;
  /** What a service calls. */
  readonly needs: (service: string) => readonly string[];
  /** Services that the cluster serves by now. */
  readonly moved: () => readonly string[];
}

/** The gates of one project. */
export class Gates {
  readonly #options: GateOptions;
  readonly #writing: GateWriting;
  readonly #told = new Set<string>();
  /** Names of the EndpointSlices of gates; not known before somebody asked, and after this run changed them. */
  #slices: ReadonlySet<string> | undefined;

  constructor(options: GateOptions, writing: GateWriting) {
    this.#options = options;
    this.#writing = writing;
  }

  /** To all that these services call and still runs in an engine. @returns what they would not find */
  async open(services: readonly string[], signal: AbortSignal): Promise<readonly Diagnostic[]> {
    return await this.#openBeside(new Set([...services, ...this.#options.moved()]), services, signal);
  }

  /** @param here what the cluster serves */
  async #openBeside(
    here: ReadonlySet<string>,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Diagnostic[]> {
    const { needs } = this.#options;
    const wanted = [...new Set(services.flatMap(needs))].filter((service) => !here.has(service));
    const problems: Diagnostic[] = [];
    for (const service of wanted) {
      const why = await this.#tried(() => this.#openOne(service, signal));
      if (why !== undefined) problems.push(notFound(service, services[0] ?? "", why));
    }
    return problems;
  }

  /** To services that have stopped there, as the cluster is about to serve them. */
  async close(services: readonly string[]): Promise<readonly Diagnostic[]> {
    const problems: Diagnostic[] = [];
    for (const service of services) {
      const why = await this.#tried(() => this.#closeOne(service));
      if (why !== undefined) problems.push(notClosed(this.#options, service, why));
    }
    return problems;
  }

  /** To services whose workload is among these, started without a cut-over. Where there is none, no engine is asked. */
  async closeLeft(objects: readonly PlannedObject[]): Promise<readonly Diagnostic[]> {
    const { crossings } = this.#options;
    const problems: Diagnostic[] = [];
    for (const service of objects.flatMap(({ object }) => crossings.get(objectKey(object))?.services ?? [])) {
      let isOpen = false;
      const why = await this.#tried(async () => {
        this.#slices ??= await this.#readSlices();
        isOpen = this.#slices.has(sliceName(service));
        return undefined;
      });
      if (why !== undefined) problems.push(notClosed(this.#options, service, why));
      if (isOpen) problems.push(...await this.close([service]));
    }
    return problems;
  }

  /** After a service went back: what still calls it from the cluster finds it, and what nobody calls has no gate. */
  async settle(service: string, signal: AbortSignal): Promise<readonly Diagnostic[]> {
    const { needs, moved } = this.#options;
    const callers = moved().filter((other) => other !== service);
    const called = new Set(callers.flatMap(needs));
    const closed: Diagnostic[] = [];
    const why = await this.#tried(async () => {
      const left = (await this.#gates()).filter((name) => !called.has(name));
      closed.push(...await this.close(left));
      return undefined;
    });
    if (why !== undefined) return [notClosed(this.#options, service, why)];
    // The record has it until all of this is done.
    const here = new Set(callers);
    return called.has(service) ? [...closed, ...await this.#openBeside(here, callers, signal)] : closed;
  }

  /** Services to which there are gates in the engines of this machine. */
  async #gates(): Promise<readonly string[]> {
    const { environment, project } = this.#options;
    using engines = await findEngines(environment);
    const found = await Promise.all(engines.known.map(({ engine }) => gatesOf(engine, project)));
    return [...new Set(found.flat())];
  }

  /** One list for the services of a whole run: mostly there is none. */
  async #readSlices(): Promise<ReadonlySet<string>> {
    const kind = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };
    const { items } = await this.#writing.client.list(kind, this.#options.namespace, {
      labelSelector: GATE_LABELS.service,
      metadataOnly: true,
    });
    return new Set(items.map(({ metadata }) => metadata.name));
  }

  async #tried(work: () => Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof EngineError || error instanceof ApiError) return error.message;
      throw error;
    }
  }

  /** @returns why there is none */
  async #openOne(service: string, signal: AbortSignal): Promise<string | undefined> {
    this.#slices = undefined;
    const { environment, project, namespace } = this.#options;
    const found = await findServiceContainers(environment, project, service);
    const active = found.containers.filter(isActive);
    const [first] = active;
    // What does not run there is called by nobody who could have been answered.
    if (first === undefined) {
      return found.silent.map(({ endpoint: { host }, why }) =>
        `the engine at "${host}" does not answer: ${why}`
      )[0];
    }
    const way = await findGateAddress(this.#writing.client);
    if (way === undefined) return "no address of the node is one of this machine";
    const { address } = way;
    return await withEngine(environment, first.host, async (engine) => {
      const containers = await Promise.all(active.map(({ id }) => engine.json(`/containers/${id}/json`)));
      const gated: Gated = { project, service, containers };
      if (networksOf(gated).length === 0) {
        return "it is in no network in which it has a name (network_mode: host, none or bridge)";
      }
      const forwarder = await findForwarder(engine);
      if (forwarder === undefined) {
        return "the engine has no image of Traefik 2 or 3, which is needed to forward connections";
      }
      const ports = await hostPorts(engine, gated, address);
      if (ports.length === 0) return "no port of it is known";
      this.#tell(openToOthers(service, ports, way));
      const objects: KubeObject[] = [...gateObjects(service, namespace, ports, address)];
      const { carried, left } = otherNames(gated);
      this.#tell(left.map((name) => notNamed(service, name, "no Service can have that name")));
      for (const name of carried) {
        const more = gateObjects(service, namespace, ports, address, name);
        if (!this.#isOfService(name) && await isFree(more, this.#writing)) objects.push(...more);
        else this.#tell([notNamed(service, name, "another Service has that name")]);
      }
      return await triedOut(objects, this.#writing, {
        open: async () => {
          await runHelper(engine, await withWayOut(engine, gateOf(gated, ports, address, forwarder)));
          return await putObjects(objects, this.#writing) ?? await this.#whyClosed(service, ports, signal);
        },
        close: () => removeHelper(engine, gateName(gated)),
      });
    });
  }

  /** Its own Service may come later. */
  #isOfService(name: string): boolean {
    return [...this.#options.crossings.values()].some(({ services }) =>
      services.some((service) => serviceLabel(service) === name)
    );
  }

  /** Once in a run, however many call the service. */
  #tell(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics.filter(({ message }) => !this.#told.has(message))) {
      this.#told.add(diagnostic.message);
      this.#writing.push({ type: "warning", diagnostic });
    }
  }

  /** From this machine, by the way that pods take. */
  async #whyClosed(
    service: string,
    ports: readonly GatePort[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const [made] = gateObjects(service, this.#options.namespace, ports, "");
    const live = await this.#writing.client.get(refOf(made));
    const address = String(record(live?.["spec"])?.["clusterIP"] ?? "");
    if (await anyAnswers(address, ports.map(({ port }) => port), signal)) return undefined;
    const name = gateName({ project: this.#options.project, service });
    return `no connection succeeds through "${name}"; look with: docker logs ${name}`;
  }

  /** @returns why something of it is left */
  async #closeOne(service: string): Promise<string | undefined> {
    this.#slices = undefined;
    const { environment, project, namespace } = this.#options;
    const label = serviceLabel(service);
    const names = [label, ...await namesOfGate(label, namespace, this.#writing)];
    const objects = names.flatMap((name) => gateObjects(service, namespace, [], "", name));
    const left = await takeObjects(objects, this.#writing);
    // Also where the service's own containers were removed.
    using engines = await findEngines(environment);
    for (const { engine } of engines.known) await removeHelper(engine, gateName({ project, service }));
    return left;
  }
}

/** Services to which there are gates. */
async function gatesOf(engine: Engine, project: string): Promise<readonly string[]> {
  const helpers = await listHelpers(engine, [`${GATE_LABELS.project}=${project}`, GATE_LABELS.service]);
  return helpers.flatMap(({ labels }) => labels[GATE_LABELS.service] ?? []);
}

function notFound(service: string, caller: string, why: string): Diagnostic {
  return {
    code: "run-name-not-carried",
    severity: "warning",
    message: `"${caller}" does not find "${service}" from the cluster, which is left in the engine: ${why}`,
    hint: `Move "${service}" before it; set a port with expose: ["5432"] in the compose file`,
  };
}

function notNamed(service: string, name: string, why: string): Diagnostic {
  return {
    code: "run-name-not-carried",
    severity: "warning",
    message: `Pods do not find "${service}", which is left in the engine, by its name "${name}": ${why}`,
    hint: `Let them call it "${serviceLabel(service)}", or move "${service}" before them`,
  };
}

function notClosed({ project, namespace }: GateOptions, service: string, why: string): Diagnostic {
  const container = gateName({ project, service });
  return {
    code: "run-gate-left",
    severity: "warning",
    message: `The gate from the cluster to "${service}" in the engine could not be closed: ${why}`,
    hint:
      `Remove by hand what is left of it: EndpointSlice "${
        sliceName(service)
      }" in namespace "${namespace}", ` +
      `and container "${container}"`,
  };
}
