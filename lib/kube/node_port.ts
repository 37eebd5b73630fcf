/** Ports by which every node leads to a Service. */

/** Of the numbers that Kubernetes gives to Services by itself: one that is published must not go to another. */
export function isNodePort(port: number): boolean {
  return port >= 30_000 && port <= 32_767;
}
