import { shellCommand, shellWord } from "../../model/shell-word.ts";
import { publishedSteps, type Published } from "../publication.ts";

/** What is still to be done for others to see what a verb has written. */
export function sharingSteps(files: readonly string[], published: Published): readonly string[] {
  if (published.commit !== undefined) return publishedSteps(published);
  return [`commit these together: ${shellCommand(["git", "add", ...files])} && git commit`];
}

/** After a way back that Ctrl-C ended: `rollback` typed again would look for what was before it, and go further back. */
export function goOnStep(stage: string): string {
  return `npm run deploy -- ${shellWord(stage)}   # goes on with the way back; the files must be committed`;
}
