/** The process's exit codes; README lists them. Scripts may rely on them. */
export const ExitCode = {
  /** Done, or nothing to do; a dry-run with changes is also this. */
  ok: 0,
  /** A step or the cluster failed; what was done is recorded, and the next run resumes. */
  failed: 1,
  /** A wrong flag, or a question that nobody is there to answer. */
  usage: 2,
  /** The input is wrong: compose files, environment, labels, decisions, migration scripts. */
  input: 3,
  /** The cluster cannot be reached, or does not allow it. */
  cluster: 4,
  /** Another run holds the lock. */
  locked: 5,
  /** Only with `--detailed-exitcode`: there is something to do. */
  pending: 10,
  interrupted: 130,
} as const;
