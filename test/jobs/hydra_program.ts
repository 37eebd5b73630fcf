/** The real Ory Hydra of FAF's version, built once per machine from its Go module, which Debian does not have. */
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { run } from "./server.ts";

const MODULE = "github.com/ory/hydra";
const VERSION = "v1.11.10";

/** Its path, or the reason why there is none. `HYDRA` names another program in place of it. */
export async function hydraProgram(): Promise<{ readonly path: string } | { readonly missing: string }> {
  const given = Deno.env.get("HYDRA");
  if (given !== undefined) return { path: given };
  const directory = `${cacheDirectory(Deno.env.toObject())}/bin/hydra-${VERSION}`;
  const path = `${directory}/hydra`;
  if (await Deno.stat(path).then(() => true, () => false)) return { path };
  try {
    await build(directory, path);
    return { path };
  } catch (error) {
    return {
      missing: `Hydra could not be built: ${error instanceof Error ? error.message.slice(0, 300) : error}`,
    };
  }
}

/** In a copy of the module's own folder, because its go.mod replaces modules and only counts where it is the main one. */
async function build(directory: string, path: string): Promise<void> {
  Deno.stderr.writeSync(new TextEncoder().encode(`Building Hydra ${VERSION}, once, about two minutes\n`));
  // The edge: the answer of `go mod download -json`.
  const { Dir: source } = JSON.parse(
    await run("go", ["mod", "download", "-json", `${MODULE}@${VERSION}`]),
  ) as {
    Dir: string;
  };
  const copy = await Deno.makeTempDir({ prefix: "hydra-source-" });
  try {
    await run("cp", ["-rT", "--no-preserve=mode", source, copy]);
    await Deno.mkdir(directory, { recursive: true });
    const unfinished = `${path}.${Deno.pid}`;
    await run("go", ["build", "-buildvcs=false", "-trimpath", "-o", unfinished, "."], {
      cwd: copy,
      env: { CGO_ENABLED: "0" },
    });
    await Deno.rename(unfinished, path);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}
