/** A real terminal: tmux, on a socket of its own. */

const EVERY_MS = 100;

/** A machine that is busy takes long; what has not come by then does not come. */
const MOST_MS = 600_000;

/** One screen, gone at the end with all that runs in it. */
export class Tmux implements AsyncDisposable {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Whether this machine has it. */
  static async isHere(): Promise<boolean> {
    try {
      return (await new Deno.Command("tmux", { args: ["-V"], stdout: "null" }).output()).success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
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

  /** What is on the screen once it has that, with its colours. @throws Error with the screen where it never has */
  async until(pattern: RegExp): Promise<string> {
    const end = performance.now() + MOST_MS;
    for (;;) {
      const plain = await this.#run("capture-pane", "-p");
      if (pattern.test(plain)) return await this.#run("capture-pane", "-e", "-p");
      if (performance.now() > end) throw new Error(`The terminal does not show ${pattern}:\n${plain}`);
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  }

  /** What is on the screen, without its colours. */
  async plain(): Promise<string> {
    return await this.#run("capture-pane", "-p");
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
