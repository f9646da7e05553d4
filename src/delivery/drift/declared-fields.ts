import { isDeepStrictEqual } from "node:util";
import type { ClusterObject, DeclaredObject, ManagedFields } from "../../model/cluster-object.ts";
import type { ChangedField } from "../../model/drift.ts";
import { isJsonObject, type Json, type JsonObject } from "../../model/json.ts";
import { ITSELF, parseStep, renderPath, stepInto, type FieldStep } from "./field-path.ts";

/** A field that differs, and where it is. */
export interface FoundField {
  readonly path: readonly FieldStep[];
  readonly field: ChangedField;
}

/**
 * The fields that the update wrote and that are no longer as it left them. Both sides are the API server's own answers:
 * nothing has to be known of how it writes quantities or what it adds by itself.
 */
export function changedFields({ recorded, own }: DeclaredObject, live: ClusterObject): readonly FoundField[] {
  const ownNow = live.managers.find(({ manager, subresource }) => manager === own.manager && subresource === undefined);
  return compare({ node: own.fields, recorded, live: live.content, ownNow: ownNow?.fields, path: [] });
}

interface Comparison {
  /** What the update wrote, from here on. */
  readonly node: JsonObject;
  readonly recorded: Json | undefined;
  readonly live: Json | undefined;
  /** What of it is still the update's. */
  readonly ownNow: Json | undefined;
  readonly path: readonly FieldStep[];
}

function compare({ node, recorded, live, ownNow, path }: Comparison): readonly FoundField[] {
  // Written, and not kept by the API server: there is nothing to compare with.
  if (recorded === undefined) return [];
  if (isEngineSecret(recorded)) return lostSecrets(node, ownNow, path);
  if (live === undefined) return [found(path, recorded, undefined)];
  const names = Object.keys(node).filter((name) => name !== ITSELF);
  if (names.length === 0 && node[ITSELF] === undefined)
    return isDeepStrictEqual(recorded, live) ? [] : [found(path, recorded, live)];
  return names.flatMap((name) => {
    const [step, child] = [parseStep(name), node[name]];
    if (step === undefined || !isJsonObject(child)) return [];
    const below = { recorded: stepInto(recorded, step), live: stepInto(live, step) };
    const own = isJsonObject(ownNow) ? ownNow[name] : undefined;
    return compare({ node: child, ...below, ownNow: own, path: [...path, step] });
  });
}

/** What nobody may see cannot be compared: what somebody else wrote is not the update's any more. */
function lostSecrets(node: JsonObject, ownNow: Json | undefined, path: readonly FieldStep[]): readonly FoundField[] {
  const names = Object.keys(node).filter((name) => name !== ITSELF);
  if (names.length === 0) return ownNow === undefined ? [found(path, undefined, undefined)] : [];
  return names.flatMap((name) => {
    const [step, child] = [parseStep(name), node[name]];
    if (step === undefined || !isJsonObject(child)) return [];
    return lostSecrets(child, isJsonObject(ownNow) ? ownNow[name] : undefined, [...path, step]);
  });
}

function found(path: readonly FieldStep[], recorded: Json | undefined, live: Json | undefined): FoundField {
  const secret = recorded !== undefined && hasEngineSecret(recorded);
  return {
    path,
    field: { path: renderPath(path), declared: secret ? undefined : recorded, found: secret ? undefined : live },
  };
}

/** Who wrote a field; the newest entry that has it, of whoever is not the update. */
export function writerOf(
  path: readonly FieldStep[],
  managers: readonly ManagedFields[],
  own: string,
): string | undefined {
  const others = managers.filter(({ manager, fields }) => manager !== own && covers(fields, path));
  return others.at(-1)?.manager;
}

/** Whether a field, or one above it, or one below it, is among these. */
function covers(fields: JsonObject, path: readonly FieldStep[]): boolean {
  let node: Json | undefined = fields;
  for (const step of path) {
    if (!isJsonObject(node)) return false;
    const entries: readonly (readonly [string, Json])[] = Object.entries(node);
    if (entries.length === 0) return true;
    node = entries.find(([name]) => isDeepStrictEqual(parseStep(name), step))?.[1];
  }
  return node !== undefined;
}

// https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig.go
const [SIGNATURE_KEY, SECRET_SIGNATURE] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

function isEngineSecret(value: Json): boolean {
  return isJsonObject(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

function hasEngineSecret(value: Json): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isEngineSecret(value) || Object.values(value).some(hasEngineSecret);
}
