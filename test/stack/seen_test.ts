import assert from "node:assert/strict";
import {
  isNothing,
  NOTHING_SEEN,
  readSeen,
  type Seen,
  withRecorded,
  writeSeen,
} from "../../lib/stack/seen.ts";

const FIRST: Seen = {
  ended: { web: false, setup: true },
  volumes: { web: { "/data": "/volumes/first" } },
  places: { pages: "/disk/pages" },
  images: { i: { exposedPorts: [80], user: "app", users: { app: 1000 } } },
};

Deno.test("with the engine gone and the containers removed everything is as it was recorded", () => {
  assert.deepEqual(withRecorded(NOTHING_SEEN, FIRST), FIRST);
});

Deno.test("what was concluded first holds, and what is new is added", () => {
  const now: Seen = {
    ended: { web: true, setup: false, added: true },
    volumes: { web: { "/data": "/volumes/second", "/more": "/volumes/more" } },
    places: { pages: "/other/pages", files: "/other/files" },
    images: { other: { exposedPorts: [1] } },
  };
  assert.deepEqual(withRecorded(now, FIRST), {
    ended: { web: false, setup: true, added: true },
    volumes: { web: { "/data": "/volumes/first", "/more": "/volumes/more" } },
    places: { pages: "/disk/pages", files: "/other/files" },
    images: { ...FIRST.images, other: { exposedPorts: [1] } },
  });
});

Deno.test("another image under the same name counts, and users that only a container told stay known", () => {
  const now: Seen = { ...NOTHING_SEEN, images: { i: { exposedPorts: [8080], user: "app" } } };
  assert.deepEqual(withRecorded(now, FIRST).images, {
    i: { exposedPorts: [8080], user: "app", users: { app: 1000 } },
  });
});

Deno.test("the record is read as it was written, whoever was asked first, and noise is nothing", () => {
  assert.deepEqual(readSeen(writeSeen(FIRST)), FIRST);
  const turned: Seen = {
    images: FIRST.images,
    places: FIRST.places,
    volumes: FIRST.volumes,
    ended: { setup: true, web: false },
  };
  assert.equal(writeSeen(turned), writeSeen(FIRST));
  for (const text of [undefined, "", "no", "5", "null"]) assert.ok(isNothing(readSeen(text)), String(text));
  assert.equal(isNothing(FIRST), false);
});
