// Makes tools ready and prints where they are: node tools/main.ts [tool…]
import { didYouMean } from "../src/model/nearest.ts";
import { RefusalError } from "../src/model/refusal.ts";
import { toolNames, type ToolName } from "./catalogue.ts";
import { resolveTools } from "./resolve.ts";
import { showToolProgress } from "./terminal.ts";

const WRONG_USE = 2;
const INTERRUPTED = 130;

async function main(args: readonly string[], interruption: AbortSignal): Promise<number> {
  const unknown = args.filter((arg) => !isToolName(arg));
  if (unknown.length > 0) {
    for (const name of unknown) process.stderr.write(`no tool is named ${name}${didYouMean(name, toolNames)}\n`);
    process.stderr.write(`the tools are: ${toolNames.join(", ")}\n`);
    return WRONG_USE;
  }
  const names = args.length > 0 ? args.filter(isToolName) : toolNames;
  try {
    const { paths } = await showToolProgress(process.stderr, (onEvent) =>
      resolveTools(names, { signal: interruption, onEvent }),
    );
    for (const name of names) process.stdout.write(`${name} ${paths[name]}\n`);
    return 0;
  } catch (error) {
    if (interruption.aborted) {
      process.stderr.write("interrupted; the tools built before are kept\n");
      return INTERRUPTED;
    }
    if (!(error instanceof RefusalError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

function isToolName(name: string): name is ToolName {
  return (toolNames as readonly string[]).includes(name);
}

const interruption = new AbortController();
const interrupt = (): void => {
  interruption.abort();
};
// Not `once`: the clean-up of locks and child processes ends this process where it finds no other listener left.
process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);
process.exitCode = await main(process.argv.slice(2), interruption.signal);
