/** What differs by the nature of the two, whatever a stack says: it is no difference, and here is why. */

/** Aspects that are not compared, with the reason that docs/fidelity.md gives. */
export interface ByNature {
  readonly aspect: RegExp;
  /** What a service sees on each side, where it differs by nature in one direction alone; what it does not see is "". */
  readonly before?: RegExp;
  readonly after?: RegExp;
  readonly reason: string;
}

export const BY_NATURE: readonly ByNature[] = [
  {
    aspect: /^name\./,
    before: /^unknown$/,
    reason:
      "a cluster's name server tells everybody every name; whom Docker's does not tell is not reached, which is compared",
  },
  {
    aspect: /^port\./,
    before: /^$/,
    reason:
      "on Docker's own bridge a service has no name for itself, and on the machine's network none for others, whose addresses it reaches; a pod has those of Services",
  },
  {
    aspect: /^env\.KUBERNETES_(SERVICE|PORT)/,
    reason: "the kubelet tells every container where the API server is; a pod without it cannot be had",
  },
  {
    aspect: /^env\.COMPOSE_(ENTRYPOINT_\d+|COMMAND_\d+|HEALTHCHECK)$/,
    before: /^$/,
    reason: "an argument or a check with a secret is put in from a variable, which the program is given, too",
  },
  { aspect: /^env\.HOSTNAME$/, reason: "the same as the host name, which is an aspect of its own" },
  {
    aspect: /^cgroup\.(cpuShares|reservation)$/,
    reason: "shares and reservations weigh services against others of the machine; they bind nobody",
  },
  {
    aspect: /^cgroup\.cpuset$/,
    reason: "the kubelet's CPU manager or the machine sets it",
  },
  {
    aspect: /^oomScoreAdj$/,
    reason: "the kubelet sets it from requests and limits; docs/coverage.md says so",
  },
  {
    aspect: /^sysctl\.net\.ipv6\.conf\.all\.disable_ipv6$/,
    reason: "Docker switches IPv6 off where a network has none; a cluster has the families that it has",
  },
  {
    aspect: /^sysctl\.net\.ipv4\.ip_forward$/,
    before: /^0$/,
    after: /^1$/,
    reason:
      "a new network begins with the machine's setting, which any program may have switched on meanwhile; who asks for it has it in Docker",
  },
  {
    aspect: /^device\.(console|core)$/,
    reason: "the console is the terminal once more; core is a link that only some runtimes make",
  },
  {
    aspect: /^mount\..*\.noexec$/,
    before: /^yes$/,
    after: /^$/,
    reason:
      "Docker starts no program from a file system in memory; a pod has no such option, and may do more",
  },
  {
    aspect: /^mount\..*\.propagation$/,
    before: /^master$/,
    after: /^$/,
    reason:
      "what the machine mounts later below a named volume reached containers; volumes of a pod are bound as they are",
  },
  {
    aspect: /^namespace\.uts$/,
    before: /^its own$/,
    after: /^the machine's$/,
    reason: "a pod on the machine's network has the machine's host name itself, and not a copy of it",
  },
];

/** Mounts of either side's own, which no service asked for. */
export const OWN_MOUNTS: readonly RegExp[] = [
  // The kernel's own, and what runtimes hide of it.
  /^\/(proc|sys|dev)$/,
  /^\/(proc|sys)\//,
  /^\/dev\/(pts|mqueue|console)$/,
  // Written by the engine or the kubelet; their texts are aspects of their own.
  /^\/etc\/(hosts|hostname|resolv\.conf)$/,
  // Where a pod may leave its last words.
  /^\/dev\/termination-log$/,
  // docker-init is a file of the engine's.
  /^\/s?bin\/docker-init$/,
];

/** Why an aspect is not compared, whatever is seen; undefined where it is. */
export function whyByNature(aspect: string): string | undefined {
  return BY_NATURE.find((rule) => isWhole(rule) && rule.aspect.test(aspect))?.reason;
}

/** Whether a difference is one by nature, in the direction that its rule names. */
export function isByNature(aspect: string, before = "", after = ""): boolean {
  return BY_NATURE.some((rule) =>
    !isWhole(rule) && rule.aspect.test(aspect) && (rule.before?.test(before) ?? true) &&
    (rule.after?.test(after) ?? true)
  );
}

function isWhole({ before, after }: ByNature): boolean {
  return before === undefined && after === undefined;
}
