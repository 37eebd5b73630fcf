import { deepEqual, match } from "node:assert/strict";
import type { ServiceContainer } from "../../lib/docker/service_containers.ts";
import { noRoomToStart } from "../../lib/run/room_to_start.ts";

const MIB = 1 << 20;

const container = {
  name: "shop-db-1",
  writes: [{ sources: ["/srv/db"] }, { sources: ["/srv/db", "/srv/log"] }],
} as unknown as ServiceContainer;

Deno.test("a service whose disk is full is not to be stopped", async () => {
  const found = await noRoomToStart(
    container,
    (path) => Promise.resolve(path === "/srv/db" ? 8 * MIB : MIB * MIB),
  );
  deepEqual(found.map(({ code, severity }) => [code, severity]), [["run-disk-full", "error"]]);
  match(found[0]?.message ?? "", /"\/srv\/db" has 8\.4 MB left: what container "shop-db-1" writes there/);
});

Deno.test("what the kernel makes up has no disk that could be full", async () => {
  const writes = [{ sources: ["/proc", "/sys"] }];
  deepEqual(await noRoomToStart({ ...container, writes }), []);
});

Deno.test("a disk with room, or one that cannot be asked, is nothing to be said", async () => {
  deepEqual(await noRoomToStart(container, () => Promise.resolve(32 * MIB)), []);
  deepEqual(await noRoomToStart(container, () => Promise.resolve(undefined)), []);
});
