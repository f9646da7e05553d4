import { Command } from "commander";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { downSandbox } from "../../../sandbox/down.ts";
import { pathExists } from "../../../sandbox/files.ts";
import type { SandboxLocation } from "../../../sandbox/location.ts";
import { resetSandbox } from "../../../sandbox/reset.ts";
import { chooseSandbox, findSandbox } from "../../../sandbox/settings.ts";
import { refuseBrokenSandbox, sandboxStatus } from "../../../sandbox/status.ts";
import { upSandbox } from "../../../sandbox/up.ts";
import { resolveTools } from "../../../tools/resolve.ts";
import { showToolProgress } from "../../../tools/terminal.ts";
import { codeRoot } from "../../adapters/project.ts";
import { RefusalError, renderRefusals, type Refusal } from "../../model/refusal.ts";
import { untilInterrupted } from "../interruption.ts";
import { keptText, renderStatus } from "./status-text.ts";
import { furtherSteps, showStepsOn, upTools } from "./steps.ts";

interface FolderOption {
  readonly dir: string;
}

export function defaultSandboxFolder(): string {
  return process.env["LOCKSTEP_SANDBOX"] || path.join(codeRoot, ".sandbox");
}

/** `lockstep sandbox up|down|status|reset|env`. */
export function sandboxCommand(): Command {
  // Before the subcommands are made: they inherit it.
  const command = new Command("sandbox")
    .description("a real API server and a real registry on this machine, with the sample platform")
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows what it takes)");
  withFolder(command.command("up"))
    .description("starts what does not run yet")
    .option("--port-base <port>", "the first of seven ports, remembered (LOCKSTEP_SANDBOX_PORT_BASE)")
    .action(up);
  withFolder(command.command("down")).description("stops it and keeps its data").action(down);
  withFolder(command.command("status"))
    .description("what runs and where; exit code 1 where it is not up")
    .option("--json", "for programs")
    .action(status);
  withFolder(command.command("reset")).description("stops it and removes everything it wrote").action(reset);
  withFolder(command.command("env"))
    .description('prints its environment for a shell: eval "$(npm run -s sandbox -- env)"')
    .action(env);
  return command;
}

function withFolder(command: Command): Command {
  return command.option("--dir <folder>", "the sandbox's folder (LOCKSTEP_SANDBOX)", defaultSandboxFolder());
}

async function up({ dir, portBase }: FolderOption & { readonly portBase?: string }): Promise<void> {
  const location = await chooseSandbox(dir, {
    flag: portBase,
    environment: process.env["LOCKSTEP_SANDBOX_PORT_BASE"],
  });
  await untilInterrupted(async (signal) => {
    const tools = await showToolProgress(process.stderr, (onEvent) => resolveTools(upTools, { signal, onEvent }));
    await upSandbox(location, { tools, signal, furtherSteps, showSteps: showStepsOn(process.stderr), onWait });
  });
  process.stdout.write(renderStatus(await sandboxStatus(location)));
}

async function down({ dir }: FolderOption): Promise<void> {
  const location = await findSandbox(dir);
  if (location === undefined) {
    process.stdout.write(noSandbox(dir));
    return;
  }
  tellUnknown(await untilInterrupted((signal) => downSandbox(location, { signal, onWait })));
  process.stdout.write("stopped\n");
}

async function reset({ dir }: FolderOption): Promise<void> {
  const location = await findSandbox(dir);
  if (location === undefined) {
    process.stdout.write(noSandbox(dir));
    return;
  }
  const { unknown, kept } = await untilInterrupted((signal) => resetSandbox(location, { signal, onWait }));
  tellUnknown(unknown);
  process.stdout.write(`stopped and removed${keptText(location.folder, kept)}\n`);
}

function noSandbox(dir: string): string {
  return `no sandbox in ${path.resolve(dir)}\n`;
}

/** The work went on without them: nothing was refused, but somebody may have to look. */
function tellUnknown(unknown: readonly Refusal[]): void {
  if (unknown.length > 0) process.stderr.write(`${renderRefusals(unknown)}\n`);
}

/** The answer goes to standard output, the reasons why it is not "up" to standard error. */
async function status({ dir, json }: FolderOption & { readonly json?: true }): Promise<void> {
  const location = await existingSandbox(dir);
  const seen = await sandboxStatus(location);
  process.stdout.write(json === true ? `${JSON.stringify(seen, undefined, 2)}\n` : renderStatus(seen));
  const refusals = await refuseBrokenSandbox(location, seen);
  if (refusals.length > 0) process.stderr.write(`${renderRefusals(refusals)}\n`);
  if (seen.state !== "up") process.exitCode = 1;
}

async function env({ dir }: FolderOption): Promise<void> {
  const { environmentFile } = await existingSandbox(dir);
  // An `up` that was interrupted early may have left the folder without it.
  if (!(await pathExists(environmentFile))) throw missingSandbox(environmentFile);
  process.stdout.write(await readFile(environmentFile, "utf8"));
}

async function existingSandbox(dir: string): Promise<SandboxLocation> {
  const location = await findSandbox(dir);
  if (location !== undefined) return location;
  throw missingSandbox(path.resolve(dir));
}

function missingSandbox(file: string): RefusalError {
  return new RefusalError([
    {
      code: "sandbox-missing",
      place: { file },
      found: "no sandbox",
      expected: "a sandbox that was started once",
      action: "npm run sandbox -- up",
    },
  ]);
}

export function onWait(): void {
  process.stderr.write("Waiting for another command on this sandbox to end …\n");
}
