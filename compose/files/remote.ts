/** Compose files of elsewhere, which docker compose fetches and this loader does not. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { problem, type Report } from "../tree/report.ts";

/** Whether a path is an address, as compose's loaders of OCI artifacts and Git repositories take it. */
export function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path) || /^(git@|github\.com\/)/.test(path);
}

/** Says that a file is not fetched; a user and a password in its address are not shown. */
export function reportRemote(report: Report, path: string, span: Span): void {
  const shown = path.replace(/\/\/[^/@]*@/, "//");
  problem(
    report,
    "compose-remote-file",
    `"${shown}" is not on this disk: files of registries and repositories are not fetched`,
    span,
    "fetch it into a folder, and name the file there",
  );
}
