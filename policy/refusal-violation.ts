import type { Place, Refusal } from "../src/model/refusal.ts";
import type { Violation } from "./rule.ts";

/** A refusal of a decision as a violation; its place counts where the resource has none of its own. */
export function toViolation({ place, found, expected, action }: Refusal, path = placeText(place)): Violation {
  return { path, found, expected, action };
}

function placeText({ file, line, column, path }: Place): string {
  const position = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(":");
  return [position, path ?? ""].filter((part) => part !== "").join(" ");
}
