/** Volumes of the chart's pod beside its own, and the values that bring them. */

/** What one purpose adds to the values of the chart. */
export interface VolumeValues {
  readonly additionalVolumes: readonly Readonly<Record<string, unknown>>[];
  readonly additionalVolumeMounts: readonly Readonly<Record<string, unknown>>[];
  readonly initContainers?: readonly Readonly<Record<string, unknown>>[];
}

/** The chart's values for the Deployment, as far as they are set here. */
export interface DeploymentValues {
  readonly additionalVolumes?: readonly unknown[];
  readonly initContainers?: readonly unknown[];
  readonly [key: string]: unknown;
}

/** The Deployment's values with the volumes and init containers of all purposes; undefined where there are none. */
export function withVolumes(
  deployment: DeploymentValues | undefined,
  parts: readonly VolumeValues[],
): DeploymentValues | undefined {
  if (parts.length === 0) return deployment;
  const initContainers = [
    ...deployment?.initContainers ?? [],
    ...parts.flatMap((part) => part.initContainers ?? []),
  ];
  return {
    ...deployment,
    additionalVolumes: [
      ...deployment?.additionalVolumes ?? [],
      ...parts.flatMap((part) => part.additionalVolumes),
    ],
    ...(initContainers.length === 0 ? {} : { initContainers }),
  };
}

/** Where Traefik's container has those volumes. */
export function mountsOf(parts: readonly VolumeValues[]): Readonly<Record<string, unknown>> {
  const additionalVolumeMounts = parts.flatMap((part) => part.additionalVolumeMounts);
  return additionalVolumeMounts.length === 0 ? {} : { additionalVolumeMounts };
}
