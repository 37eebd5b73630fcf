/** The machine's own programs that copy and count. */

/** What it said, errors where it failed. @throws where it is interrupted */
export async function runProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly success: boolean; readonly said: string }> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { LC_ALL: "C" },
    stdin: "null",
    signal,
  }).output();
  signal.throwIfAborted();
  return { success, said: new TextDecoder().decode(success ? stdout : stderr).trim() };
}
