/** Makes the page of a stack and writes it: a reader sees the old page or the new one, never half of one. */
import { dirname, resolve } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { renderMapDot } from "../report/map_dot.ts";
import { type PageFiles, renderPage } from "../report/page.ts";
import type { Status } from "../run/status.ts";
import type { VerifyReport } from "../run/verify/report.ts";
import { summarise } from "../secrets/summary.ts";
import type { CodeText } from "../views/error_page.ts";
import type { PageModel, PageWait } from "../views/page/model.ts";
import { pageOf } from "../views/page/page.ts";
import type { StackView } from "../views/stack_view.ts";
import { mapOf } from "../views/stack_map.ts";
import type { CommandOptions } from "./command.ts";
import { readCodes } from "./error_codes.ts";
import { readPageFiles } from "./page_files.ts";
import type { PlannedStack } from "./plan_stack.ts";
import { inventoryOf } from "./secret_inventory.ts";
import { viewOf } from "./stack_view.ts";
import type { Surroundings } from "./surroundings.ts";
import { verifyReports } from "./verify_files.ts";

/** What changes from one page of a stack to the next. */
export interface Moment {
  readonly status?: Status;
  readonly waits?: readonly PageWait[];
  /** Whether the page is written again. */
  readonly isLive?: boolean;
}

/** What does not change from one page to the next. */
interface Made {
  readonly view: StackView;
  readonly codes: ReadonlyMap<string, CodeText>;
  readonly files: PageFiles;
  readonly map: string;
  readonly verifications: readonly VerifyReport[];
}

/** The page of one stack: what does not change is made once. */
export class ReportFile {
  readonly path: string;
  readonly #stack: PlannedStack;
  readonly #view: StackView;
  readonly #now: () => Date;
  readonly #codes: ReadonlyMap<string, CodeText>;
  readonly #files: PageFiles;
  readonly #map: string;
  readonly #verifications: readonly VerifyReport[];

  private constructor(
    path: string,
    stack: PlannedStack,
    { now }: Surroundings,
    { view, codes, files, map, verifications }: Made,
  ) {
    this.path = path;
    this.#stack = stack;
    this.#view = view;
    this.#now = now;
    this.#codes = codes;
    this.#files = files;
    this.#map = map;
    this.#verifications = verifications;
  }

  /**
   * @param file as the flag has it, relative to where the user is
   * @throws Failure (3) where the stack cannot be read; (2) where a file of `--verify` cannot be
   */
  static async of(
    file: string,
    stack: PlannedStack,
    options: CommandOptions,
    surroundings: Surroundings,
  ): Promise<ReportFile> {
    const verifications = await verifyReports(options, surroundings);
    const { instance } = await import("@viz-js/viz");
    const view = viewOf(stack, options);
    const dot = renderMapDot(mapOf(view), {
      href: (name) => `#/services/${encodeURIComponent(name)}`,
    });
    const path = resolve(surroundings.directory, file);
    return new ReportFile(path, stack, surroundings, {
      view,
      codes: await readCodes(surroundings.home),
      files: await readPageFiles(surroundings.home),
      map: (await instance()).renderString(dot, { format: "svg" }),
      verifications,
    });
  }

  model({ status, waits = [], isLive = false }: Moment = {}): PageModel {
    return pageOf(this.#view, {
      namespace: this.#stack.conversion?.namespace ?? "",
      madeAt: this.#now().toISOString(),
      isLive,
      codes: this.#codes,
      secrets: summarise(inventoryOf(this.#stack)),
      waits,
      verifications: this.#verifications,
      ...(status === undefined ? {} : { status }),
    });
  }

  /** @throws Failure (3) where the file cannot be written */
  async write(moment: Moment = {}): Promise<void> {
    const text = renderPage(this.model(moment), this.#map, this.#files);
    try {
      const temporary = await Deno.makeTempFile({
        dir: dirname(this.path),
        prefix: ".report-",
        suffix: ".tmp",
      });
      try {
        await Deno.writeTextFile(temporary, text);
        // No secret is in it, and whoever serves it is somebody else.
        await Deno.chmod(temporary, 0o644);
        await Deno.rename(temporary, this.path);
      } catch (error) {
        await Deno.remove(temporary).catch(() => undefined);
        throw error;
      }
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }
}

function unwritable(path: string, error: unknown): Failure {
  return new Failure(ExitCode.input, [{
    code: "cli-report-unwritable",
    severity: "error",
    message: `Cannot write the report "${path}": ${error instanceof Error ? error.message : String(error)}`,
    hint: "Name a file in a folder that is there and that you may write to",
  }]);
}

/** The page that `--report` asks for. */
export async function askedReport(
  stack: PlannedStack,
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<ReportFile | undefined> {
  const { report } = options;
  return typeof report === "string" ? await ReportFile.of(report, stack, options, surroundings) : undefined;
}
