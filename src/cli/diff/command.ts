import { Command } from "commander";

export function diffCommand(): Command {
  return new Command("diff").description("what differs between two stages: versions and settings");
}
