/** The most memory that this process had so far. */

/** Megabytes of resident memory at its most, by the kernel's account (Linux); elsewhere what is resident now. */
export function peakMegabytes(): number {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    if (kilobytes !== undefined) return Math.round(Number(kilobytes) / 1024);
  } catch {
    // No Linux.
  }
  return Math.round(Deno.memoryUsage().rss / 1024 ** 2);
}
