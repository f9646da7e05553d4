import { Command } from "commander";

export function resumeCommand(): Command {
  return new Command("resume").description("ends a hold");
}
