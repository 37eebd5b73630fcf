/** Room on the disks that a service writes to: a program whose disk is full ends, and may start nowhere again. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import { bytesText } from "./images/bytes.ts";
import { freeBytes } from "./images/move_images.ts";

/** PostgreSQL's log grows by files of 16 MiB (`wal_segment_size`); it makes one before it ends, or before it serves. */
const LEAST_BYTES = 32 << 20;

/**
 * An error for each directory on a disk that is as good as full. It is said before anything stops: neither side could
 * start afterwards. A disk that cannot be asked is none.
 *
 * @param free bytes that are left on the disk of a path
 */
export async function noRoomToStart(
  { name, writes }: Pick<ServiceContainer, "name" | "writes">,
  free: (path: string) => Promise<number | undefined> = freeBytes,
): Promise<readonly Diagnostic[]> {
  const paths = [...new Set(writes.flatMap(({ sources }) => sources))];
  const left = await Promise.all(paths.map(async (path) => ({ path, bytes: await free(path) })));
  return left.flatMap(({ path, bytes }) =>
    bytes === undefined || bytes >= LEAST_BYTES ? [] : [full(name, path, bytes)]
  );
}

function full(name: string, path: string, bytes: number): Diagnostic {
  return {
    code: "run-disk-full",
    severity: "error",
    message: `The disk of "${path}" has ${bytesText(bytes)} left: what container "${name}" writes there ` +
      "could not start on either side once it has been stopped",
    hint: "It was not stopped. Make room there, then run the same command again",
  };
}
