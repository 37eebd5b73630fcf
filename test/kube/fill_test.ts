/** The script that fills volumes, run by this machine's own programs in place of busybox's. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { FILL_SCRIPT } from "../../lib/kube/workload/fill.ts";

const PROGRAM = "/compose-ferry/program/busybox";

/** An image's directory, an empty volume, and a program that hands each call on. */
async function withPlaces(work: (places: Places) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "fill-" });
  try {
    const image = join(directory, "image");
    const volume = join(directory, "volume");
    await Deno.mkdir(join(image, "deep/er"), { recursive: true });
    await Deno.mkdir(volume);
    await Deno.writeTextFile(join(image, "page.html"), "hello\n");
    await Deno.writeTextFile(join(image, ".hidden"), "hidden\n");
    await Deno.writeTextFile(join(image, "deep/er/run.sh"), "#!/bin/sh\n");
    await Deno.chmod(join(image, "deep/er/run.sh"), 0o4750);
    await Deno.symlink("page.html", join(image, "link"));
    await Deno.symlink("nowhere", join(image, "dangling"));
    await Deno.mkdir(join(image, "..odd"));
    await Deno.chmod(image, 0o1770);
    await work({ directory, image, volume });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

interface Places {
  readonly directory: string;
  readonly image: string;
  readonly volume: string;
}

/** Runs it once; with `calls` the whole shell is killed when that many calls of the program were made. */
async function fill({ directory, image, volume }: Places, calls?: number): Promise<boolean> {
  const own = await Deno.makeTempDir({ dir: directory, prefix: "program-" });
  const program = join(own, "program");
  const left = join(own, "left");
  await Deno.writeTextFile(left, String(calls ?? 1_000_000));
  await Deno.writeTextFile(
    program,
    `#!/bin/sh\nn=$(cat ${left}); [ "$n" -gt 0 ] || kill -9 "$PPID" $$\necho $((n-1)) >${left}\nexec "$@"\n`,
    { mode: 0o755 },
  );
  const args = ["-c", FILL_SCRIPT.replaceAll(PROGRAM, program), "fill", image, volume];
  const { success } = await new Deno.Command("sh", { args, stdout: "null", stderr: "null" }).output();
  return success;
}

/** Every path below with its kind, mode, owner and content, as text. */
async function contentOf(directory: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", {
    args: [
      "-c",
      "find . -printf '%P %y %m %U %G %l\\n' | sort && find . -type f | sort | xargs -r cat",
    ],
    cwd: directory,
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("an empty volume gets all that the image has, with owners, modes and links", async () => {
  await withPlaces(async (places) => {
    assert.ok(await fill(places));
    assert.equal(await contentOf(places.volume), await contentOf(places.image));
    assert.ok(await fill(places), "a second time");
    assert.equal(await contentOf(places.volume), await contentOf(places.image));
  });
});

Deno.test("a volume with anything in it stays as it is", async () => {
  await withPlaces(async (places) => {
    await Deno.writeTextFile(join(places.volume, ".kept"), "mine\n");
    const before = await contentOf(places.volume);
    assert.ok(await fill(places));
    assert.equal(await contentOf(places.volume), before);
  });
});

Deno.test("an image that has nothing there leaves the volume as it is", async () => {
  await withPlaces(async (places) => {
    const before = await contentOf(places.volume);
    assert.ok(await fill({ ...places, image: join(places.directory, "absent") }));
    assert.equal(await contentOf(places.volume), before);
  });
});

Deno.test("an empty directory of the image gives its mode", async () => {
  await withPlaces(async (places) => {
    const image = join(places.directory, "empty");
    await Deno.mkdir(image);
    await Deno.chmod(image, 0o1777);
    assert.ok(await fill({ ...places, image }));
    assert.equal(await contentOf(places.volume), await contentOf(image));
  });
});

Deno.test("killed at any call, the next one completes it", async () => {
  await withPlaces(async (places) => {
    const want = await contentOf(places.image);
    let calls = 0;
    for (;; calls++) {
      const volume = join(places.directory, `volume-${calls}`);
      await Deno.mkdir(volume);
      const isDone = await fill({ ...places, volume }, calls);
      if (isDone) break;
      assert.ok(await fill({ ...places, volume }));
      assert.equal(await contentOf(volume), want, `killed after ${calls} calls`);
    }
    assert.ok(calls > 10, `it was killed at ${calls} places`);
  });
});

Deno.test("what came between is never replaced", async () => {
  await withPlaces(async (places) => {
    const whole = join(places.volume, ".compose-ferry-whole");
    await Deno.mkdir(whole);
    await Deno.writeTextFile(join(whole, "page.html"), "of the image\n");
    await Deno.writeTextFile(join(whole, "other.html"), "of the image\n");
    await Deno.writeTextFile(join(places.volume, "page.html"), "of the program\n");
    assert.ok(await fill(places));
    assert.equal(await Deno.readTextFile(join(places.volume, "page.html")), "of the program\n");
    assert.equal(await Deno.readTextFile(join(places.volume, "other.html")), "of the image\n");

    const volume = join(places.directory, "second");
    await Deno.mkdir(join(volume, ".compose-ferry-part"), { recursive: true });
    await Deno.writeTextFile(join(volume, ".compose-ferry-part/page.html"), "half\n");
    await Deno.writeTextFile(join(volume, "written.txt"), "of the program\n");
    assert.ok(await fill({ ...places, volume }));
    const left = await Array.fromAsync(Deno.readDir(volume));
    assert.deepEqual(left.map(({ name }) => name), ["written.txt"]);
  });
});

Deno.test("of several at once one fills, and all find the same", async () => {
  await withPlaces(async (places) => {
    const done = await Promise.all(Array.from({ length: 6 }, () => fill(places)));
    assert.ok(done.every((isDone) => isDone));
    assert.equal(await contentOf(places.volume), await contentOf(places.image));
  });
});
