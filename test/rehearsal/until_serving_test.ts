/** A copy serves when each service does that serves in the live project; none at all is no success. */
import assert from "node:assert/strict";
import { untilServing } from "../../lib/rehearsal/until_serving.ts";
import { type SmallContainer, smallEngine } from "./small_engine.ts";

const container = (
  project: "shop" | "copy",
  service: string,
  state: Readonly<Record<string, unknown>> = {},
  number = 1,
): SmallContainer => ({
  name: `${project}-${service}-${number}`,
  labels: { "com.docker.compose.project": project, "com.docker.compose.service": service },
  state,
});

const ENDED = { Status: "exited", ExitCode: 1 };

/** Messages, where nobody waits. */
async function said(...containers: readonly SmallContainer[]): Promise<readonly string[]> {
  const engine = smallEngine({ containers });
  const names = { copy: "copy", live: "shop" };
  return (await untilServing(engine, names, new AbortController().signal, -1)).map(({ message }) => message);
}

const ended = (name: string): string => `Container "${name}" of the copy does not serve: it ended with 1`;

Deno.test("a copy without a container does not serve", async () => {
  assert.deepEqual(await said(container("shop", "web")), [
    'The copy, project "copy", has no container: there is nothing to move',
  ]);
});

Deno.test("who serves is not waited for any longer than he is seen to", async () => {
  assert.deepEqual(await said(container("shop", "web"), container("copy", "web")), []);
  assert.deepEqual(await said(container("copy", "job", { Status: "exited", ExitCode: 0 })), []);
});

Deno.test("a service is only broken where none of its live containers serves", async () => {
  const half = [container("shop", "web"), container("shop", "web", ENDED, 2)];
  assert.deepEqual(await said(...half, container("copy", "web", ENDED)), [ended("copy-web-1")]);
  const broken = [container("shop", "web", ENDED), container("shop", "db")];
  assert.deepEqual(await said(...broken, container("copy", "web", ENDED), container("copy", "db")), []);
});

Deno.test("where the copy has none but broken services, they are waited for", async () => {
  const live = [container("shop", "web", ENDED), container("shop", "traefik")];
  assert.deepEqual(await said(...live, container("copy", "web", ENDED)), [ended("copy-web-1")]);
});
