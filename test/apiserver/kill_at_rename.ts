/** Loaded before the program: the process kills itself right before its rename number `KILL_BEFORE_RENAME`. */
const rename = Deno.rename;
const wanted = Number(Deno.env.get("KILL_BEFORE_RENAME"));
let count = 0;

Deno.rename = async (from, to): Promise<void> => {
  if (++count === wanted) Deno.kill(Deno.pid, "SIGKILL");
  await rename(from, to);
};
