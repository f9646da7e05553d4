import { Command } from "commander";

export function mergeCommand(): Command {
  return new Command("merge").description("merges two versions of a stack file: git's merge driver");
}
