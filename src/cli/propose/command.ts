import { Command } from "commander";

export function proposeCommand(): Command {
  return new Command("propose").description("states settings and catalogue changes of a gated stage");
}
