import { Command } from "commander";

export function approvalsCommand(): Command {
  return new Command("approvals").description("who signed what is to come to a stage, and what is missing");
}
