import { join } from "node:path";
import { z } from "zod";
import { accepted, refused, type Outcome } from "../model/refusal.ts";
import { stackFileName } from "../model/stack-file.ts";
import { shellWord } from "../model/shell-word.ts";
import { ProcessError, run } from "./processes.ts";
import { projectRoot } from "./project.ts";

const TIMEOUT_MS = 30_000;

const answerSchema = z.record(z.string(), z.object({ value: z.string().default("") }));

/**
 * What the engine itself makes of the stack file, decrypted: the only way to tell whether a secret that it handed over
 * is the one that the file has. Keys and texts as the program gets them.
 */
export async function readFileConfig(stage: string): Promise<Outcome<Readonly<Record<string, string>>>> {
  const file = stackFileName(stage);
  // Named explicitly, it wins over whatever `--config-file` the engine itself was given.
  const args = ["config", "--show-secrets", "--json", "--stack", stage, "--config-file", join(projectRoot, file)];
  try {
    const { stdout } = await run("pulumi", args, { cwd: projectRoot, timeoutMs: TIMEOUT_MS });
    const config = answerSchema.parse(JSON.parse(stdout));
    return accepted(Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value])));
  } catch (error) {
    const reason = error instanceof ProcessError ? error.stderr.trim().split("\n").at(-1) || error.message : "no JSON";
    return refused([
      {
        code: "configuration-unreadable",
        place: { file },
        found: `pulumi config cannot read it: ${reason}`,
        expected: "a stack file that the engine reads, so that its secrets can be compared with those handed over",
        action: `pulumi config --stack ${shellWord(stage)}`,
      },
    ]);
  }
}
