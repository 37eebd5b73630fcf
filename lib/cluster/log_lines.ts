/** What the kubelet answers, with 200, in place of the log of a container that is cleaned up: pkg/kubelet. */
const NO_LOG = "unable to retrieve container logs for ";

/** The lines of a container's log, without empty ones and without the kubelet's own excuse. */
export function logLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith(NO_LOG));
}
