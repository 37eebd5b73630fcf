/** Every check of the stack itself that needs no cluster. */
import type { Context } from "../stack/context.ts";
import type { HostReference } from "../stack/network/references.ts";
import { checkCredentials } from "./credentials.ts";
import { checkDecisions } from "./decisions.ts";
import { checkFixedDomains } from "./fixed_domains.ts";
import { checkHostNames } from "./host_names.ts";
import { checkDockerOnly, checkImageTags } from "./images.ts";
import { checkNames, checkProfiles } from "./names.ts";
import { checkHeaps } from "./memory.ts";

/** Reports what each check finds; `references` are the hosts that configuration names. */
export function runChecks(context: Context, references: readonly HostReference[]): void {
  checkDecisions(context);
  checkProfiles(context);
  checkNames(context);
  checkImageTags(context);
  checkDockerOnly(context);
  checkHostNames(context, references);
  checkFixedDomains(context);
  checkCredentials(context);
  checkHeaps(context);
}
