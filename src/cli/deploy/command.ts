import { Command } from "commander";

/** `lockstep deploy <stage>`. */
export function deployCommand(): Command {
  return new Command("deploy").argument("<stage>", "the stage, such as prod");
}
