import { Command } from "commander";

/** `lockstep drift <stage>`. */
export function driftCommand(): Command {
  return new Command("drift").argument("<stage>", "the stage, such as prod");
}
