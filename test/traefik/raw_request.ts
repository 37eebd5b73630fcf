/** HTTP/1.1 requests written byte by byte, so that no client tidies up what the proof wants to send. */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface RawRequest {
  readonly entryPoint: string;
  readonly tls: boolean;
  readonly host: string;
  readonly method: string;
  /** Path and query, exactly as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RawAnswer {
  /** `200`, or what went wrong before there was a status: `connection`, `tls`. */
  readonly status: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Headers that differ from one answer to the next. */
const volatile = /^(date|connection):/i;

/** Sends one request to a port of 127.0.0.1. */
export async function send(request: RawRequest, port: number): Promise<RawAnswer> {
  try {
    return parse(await exchange(request, port));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      status: request.tls ? "tls" : "connection",
      headers: [],
      body: message.replace(/[0-9A-F]{8,}:/, ""),
    };
  }
}

function exchange(request: RawRequest, port: number): Promise<Uint8Array> {
  const lines = [
    `${request.method} ${request.target} HTTP/1.1`,
    `Host: ${request.host}`,
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    "Connection: close",
    "",
    "",
  ];
  const name = request.host.replace(/:\d+$/, "").replace(/\.$/, "").toLowerCase();
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const finish = (): void => resolve(joined(chunks));
    const onOpen = (): void => void socket.write(lines.join("\r\n"));
    const socket: Socket = request.tls
      ? connectTls({ host: "127.0.0.1", port, servername: name, rejectUnauthorized: false }, onOpen)
      : connectTcp({ host: "127.0.0.1", port }, onOpen);
    socket.setTimeout(10_000, () => socket.destroy(new Error("timed out")));
    socket.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    socket.on("end", finish);
    socket.on("close", finish);
    socket.on("error", (error) => chunks.length > 0 ? finish() : reject(error));
  });
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function parse(bytes: Uint8Array): RawAnswer {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(text === "" ? "closed without an answer" : "cut off");
  const [statusLine = "", ...headers] = text.slice(0, end).split("\r\n");
  return {
    status: statusLine.split(" ")[1] ?? "",
    headers: headers.filter((header) => !volatile.test(header)).sort(),
    body: text.slice(end + 4),
  };
}
