import type { Refusal } from "../../model/refusal.ts";

/** Flags of pulumi, as variables, that leave out a part of the stack, or read other files than the verb has shown. */
const STEERING = /^PULUMI_OPTION_(?:TARGET|EXCLUDE|REPLACE|CONFIG|STACK)/i;

/**
 * A deploy is of the whole stage, and of its own files: an environment that gives the engine other words makes it say
 * that a stage was deployed of which a part was.
 */
export function refuseSteered(environment: Readonly<Record<string, string | undefined>>): readonly Refusal[] {
  const names = Object.keys(environment).filter((name) => STEERING.test(name) && (environment[name] ?? "") !== "");
  if (names.length === 0) return [];
  return [
    {
      code: "steered-engine",
      place: { path: "environment" },
      found: names.toSorted().join(", "),
      expected: "an engine that deploys the whole stage from its own files",
      action: `unset ${names.toSorted().join(" ")}; for a part of a stage: pulumi up by hand`,
    },
  ];
}
