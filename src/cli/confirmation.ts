import { createInterface } from "node:readline/promises";
import { RefusalError } from "../model/refusal.ts";

/** How every verb that changes something is asked to go on. */
export interface ChangeOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Whether to go on with what was shown. Asks on a terminal; elsewhere only `--yes` is an answer. After a no the process
 * ends with 1.
 * @throws RefusalError `unconfirmed` where there is nobody to ask
 */
export async function confirm(question: string, { yes, json }: ChangeOptions, signal: AbortSignal): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY || json === true) {
    throw new RefusalError(
      [
        {
          code: "unconfirmed",
          place: { path: question },
          found: "nobody to ask: standard input is no terminal",
          expected: "a yes",
          action: "add --yes to do it, or --dry-run to see what would be done",
        },
      ],
      2,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    const confirmed = /^y(es)?$/i.test(answer.trim());
    // What follows behind `&&` was meant for a yes.
    if (!confirmed) process.exitCode = 1;
    return confirmed;
  } finally {
    terminal.close();
  }
}
