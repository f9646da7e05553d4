import { Command } from "commander";

export function holdCommand(): Command {
  return new Command("hold").description("keeps a stage or an application where it is, with a reason");
}
