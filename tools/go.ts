import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ProcessError, run } from "../src/adapters/processes.ts";
import { RefusalError, type Refusal } from "../src/model/refusal.ts";
import type { ToolName } from "./catalogue.ts";

/** One build: which Go runs where, and where its output goes. */
export interface GoRun {
  readonly go: string;
  readonly name: ToolName;
  /** A copy of the tool's module folder, so that a build never writes into the repository. */
  readonly moduleFolder: string;
  /** For Go's own temporary files; cleared with the module folder when a build is interrupted. */
  readonly temporaryFolder: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

const BUILD_TIMEOUT_MS = 60 * 60_000;
const SHOWN_LINES = 15;

/** Builds a package into `output`, the same for everybody: no C compiler, no paths, no version control, no overrides. */
export async function goBuild(
  context: GoRun,
  packageName: string,
  linkerVariables: Readonly<Record<string, string>>,
  output: string,
): Promise<void> {
  const linkerFlags = ["-s", "-w", ...Object.entries(linkerVariables).map(([name, value]) => `-X ${name}=${value}`)];
  await runGo(context, ["build", "-trimpath", "-ldflags", linkerFlags.join(" "), "-o", output, packageName]);
}

const downloadSchema = z.object({ Dir: z.string().min(1) });

/** The folder of a required module, fetched and checked against go.sum where that has not happened yet. */
export async function moduleContentFolder(context: GoRun, module: string): Promise<string> {
  const text = await runGo(context, ["mod", "download", "-json", module]);
  return downloadSchema.parse(JSON.parse(text)).Dir;
}

async function runGo(context: GoRun, args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  try {
    const result = await run(context.go, args, {
      cwd: context.moduleFolder,
      env: goEnvironment(context.temporaryFolder),
      signal: context.signal,
      timeoutMs: BUILD_TIMEOUT_MS,
      onLine: (line) => {
        lines.push(line);
        context.onLine(line);
      },
    });
    return result.stdout;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof ProcessError)) throw error;
    await writeLog(context.logFile, [`go ${args.join(" ")}`, ...lines, error.message]);
    throw new RefusalError([buildRefusal(context, args, lines.length > 0 ? lines : [error.message])]);
  }
}

function goEnvironment(temporaryFolder: string): Record<string, string> {
  return {
    CGO_ENABLED: "0",
    // Empty: as the machine is, whatever the caller's shell cross-compiles for.
    GOOS: "",
    GOARCH: "",
    GOFLAGS: "-mod=readonly -buildvcs=false",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GOTMPDIR: temporaryFolder,
  };
}

function buildRefusal({ name, logFile }: GoRun, args: readonly string[], lines: readonly string[]): Refusal {
  return {
    code: "tool-build-failed",
    place: { file: logFile, path: name },
    found: lines.slice(-SHOWN_LINES).join("\n"),
    expected: `go ${args.slice(0, 2).join(" ")} for ${name} to succeed`,
    action: `read ${logFile}, mend what it names, and run the command again; the tools built before are kept`,
  };
}

async function writeLog(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${lines.join("\n")}\n`);
}

/** A fresh pair of folders for one build. The caller holds the build lock, so what lies there is left over. */
export async function freshWorkFolders(builtFolder: string): Promise<{ module: string; temporary: string }> {
  const root = workFolder(builtFolder);
  await removeWorkFolders(builtFolder);
  const folders = { module: join(root, "module"), temporary: join(root, "go") };
  await mkdir(folders.module, { recursive: true });
  await mkdir(folders.temporary, { recursive: true });
  return folders;
}

export async function removeWorkFolders(builtFolder: string): Promise<void> {
  // A compiler that Go had started may still write for a moment after Go was ended.
  await rm(workFolder(builtFolder), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

function workFolder(builtFolder: string): string {
  return join(builtFolder, "work");
}
