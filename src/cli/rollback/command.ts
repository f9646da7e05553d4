import { Command } from "commander";

/** `lockstep rollback <stage>`. */
export function rollbackCommand(): Command {
  return new Command("rollback").argument("<stage>", "the stage, such as prod");
}
