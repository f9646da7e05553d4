import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProcessError, run } from "../../../src/adapters/processes.ts";
import { withFake } from "../fake-program.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const COMMAND = new URL("../../../src/adapters/engine-run/pulumi-command.ts", import.meta.url).href;

/** A process that ends at once, as at a second Ctrl-C, while pulumi runs. */
async function endAtOnce(log: string): Promise<void> {
  const program = `
    const { GroupedPulumi } = await import(${JSON.stringify(COMMAND)});
    const words = ["preview", "--event-log", ${JSON.stringify(log)}];
    await new GroupedPulumi().run(words, process.cwd(), {}, () => process.exit(130));`;
  const words = ["--input-type=module", "--eval", program];
  await withFake("pulumi", "echo ready\nexec /bin/sleep 60", async () => {
    await assert.rejects(
      run(process.execPath, words),
      (error) => error instanceof ProcessError && error.exitCode === 130,
    );
  });
}

describe("pulumi, as the Automation API starts it", () => {
  it("leaves no log of its events behind where this process does not wait for it", async () => {
    await inTemporaryFolder(async (folder) => {
      const logs = join(folder, "automation-logs-preview-x");
      await mkdir(logs);
      await writeFile(join(logs, "eventlog.txt"), "{}");
      await endAtOnce(join(logs, "eventlog.txt"));
      assert.equal(existsSync(logs), false);
    });
  });

  it("removes no other folder", async () => {
    await inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, "eventlog.txt"), "{}");
      await endAtOnce(join(folder, "eventlog.txt"));
      assert.equal(existsSync(join(folder, "eventlog.txt")), true);
    });
  });
});
