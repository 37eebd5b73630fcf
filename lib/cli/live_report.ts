/** The page of a run that goes on: written again while it does, from the record as `status` reads it. */
import type { ClusterClient } from "../cluster/client.ts";
import type { RunTally } from "../report/run_tally.ts";
import type { RunEvent } from "../run/event.ts";
import { readKey } from "../run/key.ts";
import { readStatus } from "../run/status.ts";
import { keyText } from "./digest_key.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { ReportFile } from "./report_file.ts";

/** Pages follow each other no faster. */
const EVERY_MS = 2_000;

/** After these a page is worth writing at once. */
const NEWS: ReadonlySet<RunEvent["type"]> = new Set(["migration-started", "migration-finished", "cutover"]);

export class LiveReport {
  readonly #file: ReportFile;
  readonly #stack: PlannedStack;
  readonly #client: ClusterClient;
  readonly #tally: RunTally;
  readonly #now: () => Date;
  #writing: Promise<void> | undefined;
  #writtenAt = 0;
  #failure: unknown;

  constructor(
    file: ReportFile,
    { stack, client, tally, now }: {
      readonly stack: PlannedStack;
      readonly client: ClusterClient;
      readonly tally: RunTally;
      readonly now: () => Date;
    },
  ) {
    this.#file = file;
    this.#stack = stack;
    this.#client = client;
    this.#tally = tally;
    this.#now = now;
  }

  /** Never waits: the run goes on while the page is written. */
  handle(event: RunEvent): void {
    const isDue = NEWS.has(event.type) || this.#now().getTime() - this.#writtenAt >= EVERY_MS;
    if (!isDue || this.#writing !== undefined || this.#failure !== undefined) return;
    this.#writtenAt = this.#now().getTime();
    this.#writing = this.#write(true).catch((error) => {
      this.#failure = error;
    }).finally(() => {
      this.#writing = undefined;
    });
  }

  /**
   * The last page, which is not read again.
   * @throws what kept it from being written, once the run has ended
   */
  async close(): Promise<void> {
    await this.#writing;
    await this.#write(false);
  }

  async #write(isLive: boolean): Promise<void> {
    const namespace = this.#stack.conversion?.namespace ?? "";
    const plan = this.#stack.planFor(keyText(await readKey(this.#client, namespace)));
    const waits = this.#tally.longestWaits();
    if (plan === undefined) return await this.#file.write({ waits, isLive });
    const { status } = await readStatus(plan, this.#client, namespace);
    await this.#file.write({ status, waits, isLive });
  }
}
