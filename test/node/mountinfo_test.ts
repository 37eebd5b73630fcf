import assert from "node:assert/strict";
import { aliases, isNested, locate, parseMountinfo } from "../../lib/node/mountinfo.ts";

const MOUNTS = parseMountinfo(`26 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 26 8:2 / /srv rw,relatime shared:2 - ext4 /dev/sdb1 rw
41 26 8:2 /stack /opt/my\\040stack rw,relatime - ext4 /dev/sdb1 rw
42 26 8:2 /stack/data /mnt/read ro,relatime - ext4 /dev/sdb1 rw
43 26 8:3 / /frozen rw,relatime - ext4 /dev/sdc1 ro,errors=remount-ro
44 26 8:2 /stack/data/db /var/lib/kubelet/pods/u/volumes/kubernetes.io~local-volume/db rw - ext4 /dev/sdb1 rw
nonsense
`);

Deno.test("parseMountinfo() reads what the kernel writes, and tells what can be written to", () => {
  assert.equal(MOUNTS.length, 6);
  assert.equal(MOUNTS[2]?.path, "/opt/my stack");
  assert.deepEqual(MOUNTS.map(({ writable }) => writable), [true, true, true, false, false, true]);
});

Deno.test("locate() sees through mounts: one directory has one place, whatever path leads there", () => {
  const place = { device: "8:2", directory: "/stack/data/db" };
  assert.deepEqual(locate("/srv/stack/data/db", MOUNTS), place);
  assert.deepEqual(locate("/opt/my stack/data/db", MOUNTS), place);
  assert.deepEqual(locate("/mnt/read/db", MOUNTS), place);
  assert.deepEqual(locate("/srvx", MOUNTS), { device: "8:1", directory: "/srvx" });
  assert.deepEqual(locate("/srv", MOUNTS), { device: "8:2", directory: "/" });
  const covered = parseMountinfo("1 0 8:1 / / rw - ext4 a rw\n2 1 0:9 / / rw - overlay b rw");
  assert.deepEqual(locate("/x", covered), { device: "0:9", directory: "/x" });
});

Deno.test("aliases() are all paths to a directory, or to what of it is mounted", () => {
  assert.deepEqual(aliases({ device: "8:2", directory: "/stack/data" }, MOUNTS), [
    "/srv/stack/data",
    "/opt/my stack/data",
    "/mnt/read",
    "/var/lib/kubelet/pods/u/volumes/kubernetes.io~local-volume/db",
  ]);
});

Deno.test("isNested() knows directories from names that only begin alike", () => {
  assert.ok(
    isNested("/a/b", "/a") && isNested("/a", "/a/b/") && isNested("/", "/a") && isNested("/a/", "/a"),
  );
  assert.ok(!isNested("/a/b", "/a/bc") && !isNested("/a-b", "/a"));
});
