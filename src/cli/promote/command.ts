import { Command } from "commander";

export function promoteCommand(): Command {
  return new Command("promote").description(
    "moves proven versions from one stage to the next, with a signed statement",
  );
}
