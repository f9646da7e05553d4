import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { sandboxEnvironment } from "../../../sandbox/environment.ts";
import { DEFAULT_PORT_BASE, type SandboxLocation } from "../../../sandbox/location.ts";
import { peopleFolder } from "../../../sandbox/people.ts";
import { chooseSandbox } from "../../../sandbox/settings.ts";
import { upSandbox } from "../../../sandbox/up.ts";
import { resolveTools } from "../../../tools/resolve.ts";
import { showToolProgress } from "../../../tools/terminal.ts";
import { ProcessError, run } from "../../adapters/processes.ts";
import { codeRoot } from "../../adapters/project.ts";
import { RefusalError } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { furtherSteps, showStepsOn, upTools } from "../sandbox/steps.ts";
import { defaultSandboxFolder, onWait } from "../sandbox/command.ts";
import { parseStackOutputs } from "./stack-outputs.ts";
import { renderSummary } from "./summary.ts";

const STAGE = "inttest";
/** The engine's own deadline for a roll-out is ten minutes. */
const DEPLOY_TIMEOUT_MS = 20 * 60_000;

/** Tools, sandbox, samples, `pulumi up -s inttest`; ends with what runs and what to try. */
export async function quickstart(signal: AbortSignal): Promise<void> {
  const location = await chooseSandbox(defaultSandboxFolder(), {
    environment: process.env["LOCKSTEP_SANDBOX_PORT_BASE"],
  });
  await refuseOtherRegistry(location);
  const tools = await showToolProgress(process.stderr, (onEvent) => resolveTools(upTools, { signal, onEvent }));
  await upSandbox(location, { tools, signal, furtherSteps, showSteps: showStepsOn(process.stderr), onWait });
  const env = sandboxEnvironment(location, tools);
  process.stderr.write(`\n$ pulumi up -s ${STAGE}\n`);
  const flags = ["--stack", STAGE, "--yes", "--non-interactive", "--suppress-outputs"];
  await run(tools.paths.pulumi, ["up", ...flags], {
    cwd: codeRoot,
    env,
    signal,
    timeoutMs: DEPLOY_TIMEOUT_MS,
    onLine: (line) => process.stderr.write(`${line}\n`),
  }).catch((error: unknown) => {
    // Its own words were shown as they came.
    if (error instanceof ProcessError && error.code === "failed")
      throw new Error(`pulumi up -s ${STAGE} failed, see above`);
    throw error;
  });
  const { stdout } = await run(tools.paths.pulumi, ["stack", "output", "--stack", STAGE, "--json"], {
    cwd: codeRoot,
    env,
    signal,
  });
  process.stdout.write(
    renderSummary({
      stage: STAGE,
      registry: location.registry,
      environmentFile: relative(codeRoot, location.environmentFile),
      promoterKey: relative(codeRoot, join(peopleFolder(location), "anna")),
      applications: parseStackOutputs(stdout),
    }),
  );
}

/** The committed pins name the registry at its default address. */
async function refuseOtherRegistry({ registry }: SandboxLocation): Promise<void> {
  const file = stackFileName(STAGE);
  const standard = `127.0.0.1:${DEFAULT_PORT_BASE}`;
  const text = await readFile(join(codeRoot, file), "utf8");
  if (registry === standard || !text.includes(standard)) return;
  throw new RefusalError(
    [
      {
        code: "other-registry",
        place: { file, path: "lockstep:pins" },
        found: `pins in ${standard}`,
        expected: `pins in ${registry}, this sandbox's registry`,
        action: `sed -i 's/${standard}/${registry}/' ${file}, or leave out --port-base`,
      },
    ],
    2,
  );
}
