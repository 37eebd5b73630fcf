/** What differs by the nature of the two, whatever a stack says: it is no difference, and here is why. */

/** Aspects that are not compared, with the reason that docs/fidelity.md gives. */
export interface ByNature {
  readonly aspect: RegExp;
  readonly reason: string;
}

export const BY_NATURE: readonly ByNature[] = [
  {
    aspect: /^env\.KUBERNETES_(SERVICE|PORT)/,
    reason: "the kubelet tells every container where the API server is; a pod without it cannot be had",
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
    aspect: /^device\.(console|core)$/,
    reason: "the console is the terminal once more; core is a link that only some runtimes make",
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

/** Why an aspect is not compared; undefined where it is. */
export function whyByNature(aspect: string): string | undefined {
  return BY_NATURE.find((rule) => rule.aspect.test(aspect))?.reason;
}
