/**
 * Runs commands where there is no network, with a name server that notes what is sought and answers nothing: to be
 * started in a network namespace whose /etc/resolv.conf names 127.0.0.1. Prints JSON, one entry for each command.
 */
import { createSocket } from "node:dgram";

/** How a command ended, and the names that it or what it started looked for. */
export interface Sought {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly names: readonly string[];
}

if (import.meta.main) {
  // Set for this process alone.
  Deno.env.delete("DENO_NO_UPDATE_CHECK");
  const names = new Set<string>();
  const server = createSocket("udp4");
  server.on("message", (query: Uint8Array, from: { readonly port: number; readonly address: string }) => {
    names.add(nameIn(query));
    // REFUSED, so that nobody waits: RFC 1035, 4.1.1.
    const answer = Uint8Array.from(query);
    answer.set([0x80, 0x05], 2);
    server.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(53, "127.0.0.1", () => resolve()));
  const sought: Sought[] = [];
  // The edge: the test that starts this passes a list of command lines.
  for (const [program = "", ...args] of JSON.parse(Deno.args[0] ?? "[]") as readonly string[][]) {
    names.clear();
    const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
    const text = new TextDecoder();
    sought.push({ code, stdout: text.decode(stdout), stderr: text.decode(stderr), names: [...names] });
  }
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(sought)));
  Deno.exit();
}

/** The name that a query asks for: labels with their lengths, after twelve bytes of header. */
function nameIn(query: Uint8Array): string {
  const labels: string[] = [];
  for (let at = 12; (query[at] ?? 0) > 0; at += (query[at] ?? 0) + 1) {
    labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + (query[at] ?? 0))));
  }
  return labels.join(".");
}
