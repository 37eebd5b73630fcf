/** A name server for one zone: every name is this machine, and TXT records are what the proof puts in. */
import { createSocket } from "node:dgram";
import { Buffer } from "node:buffer";
import { createServer } from "node:net";

const typeA = 1;
const typeSoa = 6;
const typeTxt = 16;

export interface DnsServer extends AsyncDisposable {
  /** TXT records by name, without the dot at the end. */
  readonly texts: Map<string, string[]>;
}

/** Serves a zone on a port of 127.0.0.1, by UDP and by TCP. */
export async function serveDns(zone: string, port: number): Promise<DnsServer> {
  const texts = new Map<string, string[]>();
  const socket = createSocket("udp4");
  socket.on("message", (message, sender) => {
    socket.send(answer(new Uint8Array(message), zone, texts), sender.port, sender.address);
  });
  const stream = createServer((connection) => {
    connection.on("data", (chunk) => {
      const reply = answer(Uint8Array.from(Buffer.from(chunk)).slice(2), zone, texts);
      connection.end(Uint8Array.from([reply.length >> 8, reply.length & 0xff, ...reply]));
    });
    connection.on("error", () => connection.destroy());
  });
  await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", () => resolve()));
  await new Promise<void>((resolve) => stream.listen(port, "127.0.0.1", () => resolve()));
  return {
    texts,
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      await new Promise<void>((resolve) => stream.close(() => resolve()));
    },
  };
}

/** RFC 1035, section 4: header, the question again, answers that point back to its name. */
function answer(query: Uint8Array, zone: string, texts: ReadonlyMap<string, string[]>): Uint8Array {
  const { name, end } = readName(query, 12);
  const type = ((query[end] ?? 0) << 8) | (query[end + 1] ?? 0);
  const records = recordsOf(name, type, zone, texts);
  const header = [query[0] ?? 0, query[1] ?? 0, 0x85, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0];
  const answers = records.flatMap((data) => [
    ...[0xc0, 0x0c, type >> 8, type & 0xff, 0, 1, 0, 0, 0, 1, data.length >> 8, data.length & 0xff],
    ...data,
  ]);
  return Uint8Array.from([...header, ...query.slice(12, end + 4), ...answers]);
}

function recordsOf(
  name: string,
  type: number,
  zone: string,
  texts: ReadonlyMap<string, string[]>,
): number[][] {
  if (type === typeTxt) return (texts.get(name) ?? []).map(textData);
  if (type === typeA && name.endsWith(zone)) return [[127, 0, 0, 1]];
  if (type !== typeSoa || name !== zone) return [];
  const numbers = [1, 3600, 600, 86400, 60].flatMap((
    value,
  ) => [value >> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
  return [[...writeName(`ns.${zone}`), ...writeName(`hostmaster.${zone}`), ...numbers]];
}

function textData(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [bytes.length, ...bytes];
}

function readName(message: Uint8Array, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let offset = start;
  for (let length = message[offset] ?? 0; length > 0; length = message[offset] ?? 0) {
    labels.push(new TextDecoder().decode(message.slice(offset + 1, offset + 1 + length)));
    offset += length + 1;
  }
  return { name: labels.join(".").toLowerCase(), end: offset + 1 };
}

function writeName(name: string): number[] {
  return [...name.split(".").flatMap((label) => [label.length, ...new TextEncoder().encode(label)]), 0];
}
