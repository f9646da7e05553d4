import { Command } from "commander";

export function revokeCommand(): Command {
  return new Command("revoke").description("withdraws an approval or a statement");
}
