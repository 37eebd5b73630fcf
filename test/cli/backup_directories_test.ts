import assert from "node:assert/strict";
import { checkBackupDirectories } from "../../lib/cli/backup_directories.ts";
import { parseDecisions } from "../../lib/decisions/decisions.ts";

const backups = (directories: Readonly<Record<string, string>>): string =>
  `backups:\n${
    Object.entries(directories)
      .map(([name, directory]) =>
        `  ${name}: { service: db, schedule: 0 2 * * *, directory: "${directory}" }\n`
      )
      .join("")
  }`;

Deno.test("directories of backups that are missing are told with the line that makes them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, "");
    const text = backups({
      here: folder,
      file: `${folder}/file`,
      first: `${folder}/first`,
      second: `${folder}/it's`,
    });
    const { decisions, diagnostics } = parseDecisions(text, "decisions.yaml");
    assert.deepEqual(diagnostics, []);
    const found = await checkBackupDirectories(decisions);
    assert.deepEqual(found.map(({ severity, span, hint }) => [severity, span?.line, hint]), [
      ["error", 3, "Name a directory: backups: { file: { directory: … } }"],
      ["warning", 4, `On the node: mkdir -p ${folder}/first '${folder}/it'\\''s'`],
    ]);
    const made = parseDecisions(`storageDirectories: create\n${text}`, "decisions.yaml").decisions;
    assert.deepEqual(await checkBackupDirectories(made), [], "the kubelet makes them");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
