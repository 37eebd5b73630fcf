/** A real terminal: tmux, on a socket of its own. */

const EVERY_MS = 100;

/** One screen, gone at the end with all that runs in it. */
export class Tmux implements AsyncDisposable {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** A shell without settings of the machine's, whose prompt is `$ `. */
  static async start(
    columns: number,
    rows: number,
    environment: Readonly<Record<string, string>>,
  ): Promise<Tmux> {
    const terminal = new Tmux(`ferry-${crypto.randomUUID()}`);
    const variables = Object.entries({ ...environment, PROMPT_COMMAND: "PS1='$ '", HISTFILE: "" })
      .flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const size = ["-x", String(columns), "-y", String(rows)];
    await terminal.#run("new-session", "-d", ...size, ...variables, "bash --norc --noprofile");
    await terminal.until(/^\$ ?$/m);
    return terminal;
  }

  /** A command line, with Enter. */
  async type(line: string): Promise<void> {
    await this.#run("send-keys", "-l", line);
    await this.#run("send-keys", "Enter");
  }

  async key(name: string): Promise<void> {
    await this.#run("send-keys", name);
  }

  /** An empty screen. */
  async clear(): Promise<void> {
    await this.type("clear");
    await this.until(/^\$ ?\n*$/);
  }

  /** What is on the screen once it has that, with its colours. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const plain = await this.#run("capture-pane", "-p");
      if (pattern.test(plain)) return await this.#run("capture-pane", "-e", "-p");
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run("kill-server");
  }

  async #run(...args: readonly string[]): Promise<string> {
    const command = ["-L", this.#socket, "-f", "/dev/null", ...args];
    const { success, stdout, stderr } = await new Deno.Command("tmux", { args: command }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(`tmux ${args[0]}: ${text.decode(stderr)}`);
    return text.decode(stdout);
  }
}
