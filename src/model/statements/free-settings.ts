import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Resources, Settings } from "../settings.ts";
import type { StackFile } from "../stack-file.ts";
import type { FreeSetting } from "../trust/gate.ts";

/**
 * Stands for resources that the gate leaves free. Charts may read them without asking whether they are there
 * (`requires.resources`), and each amount differs from the others so that its place in the values is recognised.
 */
const STAND_IN: Resources = {
  requests: { cpu: "1001m", memory: "1001Mi" },
  limits: { cpu: "1002m", memory: "1002Mi" },
};

/** The stack file as if nobody had set what the gate leaves free. */
export function withoutFree(stackFile: StackFile, free: readonly FreeSetting[]): StackFile {
  if (free.length === 0) return stackFile;
  const settings = [...stackFile.settings].map(([name, written]) => [name, withoutFreeSettings(written, free)] as const);
  // Applications without settings get the stand-in as well.
  const others = [...stackFile.pins.keys()].filter((name) => !stackFile.settings.has(name));
  return {
    ...stackFile,
    settings: new Map([...settings, ...others.map((name) => [name, withoutFreeSettings({}, free)] as const)]),
  };
}

function withoutFreeSettings(settings: Settings, free: readonly FreeSetting[]): Settings {
  const kept = Object.fromEntries(
    Object.entries(settings).filter(([key]) => !(free as readonly string[]).includes(key)),
  ) as Settings;
  return free.includes("resources") ? { ...kept, resources: STAND_IN } : kept;
}

/** What stands in the values for a free setting: without it, and as it is set. */
interface Substitution {
  readonly without: Json;
  readonly actual: Json | undefined;
}

interface FreeFacts {
  readonly replicas: number;
  readonly resources: Resources | undefined;
  readonly rolloutSeconds: number;
}

/**
 * The values that run, with every free setting taken back to what it is when nobody sets it. Only a value that is the
 * setting itself is taken back: what a chart derives from one (a switch that depends on the number of replicas) is part
 * of what was approved, or a free setting could choose between two configurations.
 */
export function neutralise(
  actual: JsonObject,
  without: JsonObject,
  free: readonly FreeSetting[],
  facts: { readonly actual: FreeFacts; readonly without: FreeFacts },
): JsonObject {
  if (free.length === 0) return actual;
  const substitutions = free.flatMap((setting) => substitutionsOf(setting, facts.without, facts.actual));
  return merge(actual, without, substitutions) as JsonObject;
}

function substitutionsOf(setting: FreeSetting, without: FreeFacts, actual: FreeFacts): Substitution[] {
  switch (setting) {
    case "replicas":
      return [{ without: without.replicas, actual: actual.replicas }];
    case "timeout":
      return [{ without: without.rolloutSeconds, actual: actual.rolloutSeconds }];
    case "resources":
      return (["requests", "limits"] as const).flatMap((group) =>
        (["cpu", "memory"] as const).map((resource) => ({
          without: STAND_IN[group][resource] ?? "",
          actual: actual.resources?.[group][resource],
        })),
      );
  }
}

function merge(actual: Json | undefined, without: Json | undefined, substitutions: readonly Substitution[]): unknown {
  if (isJsonObject(actual) && isJsonObject(without)) {
    const keys = [...new Set([...Object.keys(actual), ...Object.keys(without)])];
    const merged = keys.map((key) => [key, merge(actual[key], without[key], substitutions)] as const);
    return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  }
  if (Array.isArray(actual) && Array.isArray(without) && actual.length === without.length)
    return actual.map((item: Json, index) => merge(item, without[index] as Json, substitutions));
  return isFree(actual, without, substitutions) ? without : actual;
}

/** Whether two values differ by a free setting and nothing else. */
function isFree(actual: Json | undefined, without: Json | undefined, substitutions: readonly Substitution[]): boolean {
  if (actual === undefined && isJsonObject(without)) {
    // A whole part that is there only where resources are.
    const parts = Object.values(without);
    return parts.length > 0 && parts.every((part) => isFree(undefined, part, substitutions));
  }
  return substitutions.some((one) => one.without === without && one.actual === actual);
}
