import { Command } from "commander";

/** `lockstep reconcile <stage>`. */
export function reconcileCommand(): Command {
  return new Command("reconcile").argument("<stage>", "the stage, such as prod");
}
