/** Every check of the stack and of its conversion that needs no cluster. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Context } from "../stack/context.ts";
import type { StackFacts } from "../stack/facts.ts";
import { reportAbsentVolumes } from "./absent_volumes.ts";
import { checkBuiltTraefik } from "./built_traefik.ts";
import { checkCertificateReaders } from "./certificate_readers.ts";
import { reportUncarried } from "./coverage/report.ts";
import { checkDockerNetwork } from "./docker_network.ts";
import { checkCredentials } from "./credentials.ts";
import { checkUnusedDecisions } from "./unused_decisions.ts";
import { checkEngineTools } from "./engine_tools.ts";
import { checkExternalLinks } from "./external_links.ts";
import { checkFixedAddresses } from "./fixed_addresses.ts";
import { checkFixedDomains } from "./fixed_domains.ts";
import { checkHostNames } from "./host_names.ts";
import { checkImageGroups } from "./image_groups.ts";
import { checkDockerOnly, checkImageNames, checkImageTags, checkLocalImages } from "./images.ts";
import { checkLanAddresses } from "./lan_addresses.ts";
import { checkLogging } from "./logging.ts";
import { checkMachine } from "./machine.ts";
import { checkHeaps } from "./memory.ts";
import { checkNames, checkProfiles } from "./names.ts";
import { checkAmbiguousNames } from "./ambiguous_names.ts";
import { checkNetworks } from "./networks.ts";
import { checkOneShots, reportSeenEnded } from "./one_shots.ts";
import { checkPings } from "./pings.ts";
import { checkRegistryLogins } from "./registry_logins.ts";
import { reportPorts } from "./port_report.ts";
import { type LiveUsage, proposeLimits } from "./proposed_limits.ts";
import { reportWrittenLayers } from "./written_layers.ts";
import { checkSecondTraefik } from "./second_traefik.ts";
import { checkTrustedCallers } from "./trusted_callers.ts";
import { checkUlimits } from "./ulimits.ts";
import { checkQuota } from "./quota.ts";

/** What an engine told of running containers, by service. */
export interface Told {
  /** What they use. */
  readonly usage?: ReadonlyMap<string, LiveUsage>;
  /** What they wrote into their own layers. */
  readonly written?: ReadonlyMap<string, readonly string[]>;
  /** Named volumes that it does not have. */
  readonly absentVolumes?: readonly string[];
  /** As they were written, without what is left out by itself. */
  readonly decisions?: Decisions;
}

/** What each check finds. */
export function runChecks(
  facts: StackFacts,
  conversion: Conversion,
  { usage, written, absentVolumes = [], decisions = facts.decisions }: Told = {},
): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  const context: Context = { ...facts, report: (finding) => findings.push(finding) };
  reportPorts(context, conversion.ports, facts.references);
  checkUnusedDecisions(context);
  checkProfiles(context);
  checkNames(context);
  checkImageNames(context);
  checkImageTags(context);
  checkLocalImages(context);
  checkRegistryLogins(context);
  checkDockerOnly(context);
  checkEngineTools(context, decisions);
  checkHostNames(context, facts.references, facts.neighbours, conversion.clusterNames.hosts);
  checkPings(context, conversion.ports);
  checkAmbiguousNames(context);
  checkImageGroups(context);
  checkNetworks(context, facts.reach);
  checkLanAddresses(context);
  checkCertificateReaders(context);
  checkSecondTraefik(context);
  checkBuiltTraefik(context);
  checkMachine(context);
  checkExternalLinks(context);
  checkLogging(context);
  checkUlimits(context);
  checkFixedAddresses(context);
  checkDockerNetwork(context);
  checkTrustedCallers(context);
  checkFixedDomains(context);
  checkCredentials(context);
  checkHeaps(context);
  checkOneShots(context, conversion.services, conversion.ports);
  reportSeenEnded(context);
  checkQuota(context, conversion.services.values());
  if (usage !== undefined) proposeLimits(context, usage);
  if (written !== undefined) reportWrittenLayers(context, written);
  reportAbsentVolumes(context, absentVolumes);
  reportUncarried(context);
  return findings;
}
