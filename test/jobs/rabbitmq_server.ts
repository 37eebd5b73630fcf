/** A real RabbitMQ of the test, with its management API, on loopback; and a client just large enough to connect. */
import { background, ended, freePort, run, type Server, until } from "./server.ts";

export interface RabbitServer extends Server {
  readonly amqpPort: number;
}

/** Starts a node with the administrator `admin`. */
export async function startRabbitmq(password: string): Promise<RabbitServer> {
  const directory = await Deno.makeTempDir({ prefix: "rabbitmq-" });
  const [port, amqpPort, distribution, epmd] = [freePort(), freePort(), freePort(), freePort()];
  await Deno.writeTextFile(
    `${directory}/rabbitmq.conf`,
    `listeners.tcp.local = 127.0.0.1:${amqpPort}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${port}
default_user = admin
default_pass = ${password}
`,
  );
  await Deno.writeTextFile(`${directory}/enabled_plugins`, "[rabbitmq_management].");
  const env = {
    HOME: directory,
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_CONFIG_FILE: `${directory}/rabbitmq.conf`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${directory}/enabled_plugins`,
    RABBITMQ_MNESIA_BASE: `${directory}/data`,
    RABBITMQ_LOG_BASE: `${directory}/logs`,
    RABBITMQ_PID_FILE: `${directory}/pid`,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
  };
  const log = `${directory}/log`;
  const stop = background("/usr/lib/rabbitmq/bin/rabbitmq-server", [], log, env);
  await until(async () => {
    const { status } = await request({ port }, "admin", password, "GET", "/api/overview");
    if (status !== 200) throw new Error(`status ${status}`);
  }, log);
  const stopAll = async (): Promise<void> => {
    await stop();
    await run("epmd", ["-kill"], { env: { ERL_EPMD_PORT: String(epmd) } }).catch(() => undefined);
  };
  return { port, amqpPort, directory, [Symbol.asyncDispose]: () => ended(stopAll, directory) };
}

/** One request to the management API. */
export async function request(
  { port }: { readonly port: number },
  user: string,
  password: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      authorization: `Basic ${btoa(String.fromCharCode(...bytes))}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** An open connection of AMQP 0-9-1 to a virtual host; rejects where the broker refuses the login or the host. */
export async function connectAmqp(
  { amqpPort }: { readonly amqpPort: number },
  user: string,
  password: string,
  vhost: string,
): Promise<{ isOpen(): Promise<boolean>; close(): void }> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port: amqpPort });
  try {
    await socket.write(new Uint8Array([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]));
    await expectMethod(socket, 10, 10);
    await send(socket, 11, [
      ...table(),
      ...short("PLAIN"),
      ...long(`\0${user}\0${password}`),
      ...short("en_US"),
    ]);
    await expectMethod(socket, 10, 30);
    await send(socket, 31, [7, 255, 0, 2, 0, 0, 0, 0]);
    await send(socket, 40, [...short(vhost), 0, 0]);
    await expectMethod(socket, 10, 41);
  } catch (error) {
    socket.close();
    throw error;
  }
  return {
    isOpen: async () => {
      const silent = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500));
      const said = socket.read(new Uint8Array(8)).then(() => false, () => false);
      return await Promise.race([silent, said]);
    },
    close: () => socket.close(),
  };
}

async function send(socket: Deno.TcpConn, method: number, body: readonly number[]): Promise<void> {
  const payload = [0, 10, 0, method, ...body];
  await socket.write(new Uint8Array([1, 0, 0, ...uint32(payload.length), ...payload, 0xce]));
}

async function expectMethod(socket: Deno.TcpConn, wantedClass: number, wantedMethod: number): Promise<void> {
  const header = await exactly(socket, 7);
  const size = new DataView(header.buffer).getUint32(3);
  const payload = await exactly(socket, size + 1);
  const [high = 0, low = 0, , method = 0] = payload;
  if (high * 256 + low !== wantedClass || method !== wantedMethod) {
    throw new Error(`The broker answered ${low}.${method}: ${new TextDecoder().decode(payload)}`);
  }
}

async function exactly(socket: Deno.TcpConn, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const result = new Uint8Array(size);
  for (let offset = 0; offset < size;) {
    const count = await socket.read(result.subarray(offset));
    if (count === null) throw new Error("The broker closed the connection");
    offset += count;
  }
  return result;
}

function uint32(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}

function short(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [bytes.length, ...bytes];
}

function long(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...uint32(bytes.length), ...bytes];
}

function table(): number[] {
  return uint32(0);
}
