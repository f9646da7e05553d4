import { Command } from "commander";

export function approveCommand(): Command {
  return new Command("approve").description("shows what is to be approved, and signs it");
}
