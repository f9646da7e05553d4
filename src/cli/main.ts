import { Command, CommanderError } from "commander";
import { enableCompileCache } from "node:module";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { codeRoot } from "../adapters/project.ts";
import { reportFailure } from "./failure.ts";
import { verbs } from "./verbs.ts";

enableCompileCache();
const HELP_HINT = "(--help shows what it takes)";

async function createProgram(name: string | undefined): Promise<Command> {
  const manifest = JSON.parse(await readFile(join(codeRoot, "package.json"), "utf8")) as { version: string };
  const program = new Command("lockstep")
    .description(
      "Delivers many applications through several stages: pinned, signed, promoted under gates, with a way back.",
    )
    .version(manifest.version)
    .showSuggestionAfterError()
    .showHelpAfterError(HELP_HINT)
    .exitOverride();
  const typed = verbs.find((verb) => verb.name === name);
  // The young generation stays as small as it begins: grown, it is a quarter of what a verb takes at a thousand
  // applications. Its largest size can only be set before Node starts.
  if (typed?.saves === "memory") setFlagsFromString("--semi-space-growth-factor=1");
  for (const verb of verbs) {
    // A verb's code is loaded only when it is the one that was typed.
    const command = verb === typed ? await verb.load() : new Command(verb.name).description(verb.description);
    program.addCommand(command.exitOverride().showHelpAfterError(HELP_HINT));
  }
  return program;
}

// Whoever reads our output may stop reading, as `head` does; what was asked for is done all the same.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") process.exitCode = reportFailure(error, false);
});

const typed = process.argv.slice(2);
try {
  const name = typed[0] === "help" ? typed[1] : typed.find((word) => !word.startsWith("-"));
  const program = await createProgram(name);
  if (typed.length === 0) program.outputHelp();
  else await program.parseAsync(typed, { from: "user" });
} catch (error) {
  process.exitCode =
    error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : reportFailure(error, typed.includes("--json"));
}
