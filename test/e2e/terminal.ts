import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { run } from "../../src/adapters/processes.ts";
import { shellCommand } from "../../src/model/shell-word.ts";

export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** How a program gets a terminal of its own here; undefined without util-linux's `script`. */
export async function canAsk(): Promise<boolean> {
  const version = await run("script", ["--version"]).catch(() => undefined);
  return version?.stdout.includes("util-linux") === true;
}

/**
 * Runs a program on a terminal, does something while it asks its question, and then says yes.
 * @returns its exit code, and everything that was on the terminal
 */
export async function answered(
  command: readonly string[],
  { cwd, env, timeoutMs }: Terminal,
  meanwhile: () => Promise<void>,
): Promise<{ readonly exitCode: number | null; readonly text: string }> {
  const script = ["--quiet", "--return", "--command", shellCommand(command), "/dev/null"];
  const child = spawn("script", script, { cwd, env: { ...process.env, ...env }, timeout: timeoutMs });
  let text = "";
  let asked: Promise<void> | undefined;
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    if (asked !== undefined || !text.includes("[y/N]")) return;
    asked = meanwhile().finally(() => child.stdin.write("y\n"));
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  if (asked === undefined) throw new Error(`nothing was asked:\n${text}`);
  await asked;
  return { exitCode, text: stripVTControlCharacters(text) };
}
