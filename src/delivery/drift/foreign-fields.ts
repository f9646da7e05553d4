import type { ClusterObject, DeclaredObject, ManagedFields } from "../../model/cluster-object.ts";
import { isJsonObject, type Json, type JsonObject } from "../../model/json.ts";
import type { FoundField } from "./declared-fields.ts";
import { ITSELF, parseStep, renderPath, stepInto, type FieldStep } from "./field-path.ts";
import { GIVEN_TO } from "../taken-names.ts";
import { isController, isPersonsTool } from "./makers.ts";

/** What somebody wrote into an object beside what the update wrote: an update leaves it there. */
export function foreignFields(declared: DeclaredObject, live: ClusterObject): readonly FoundField[] {
  const all = live.managers.filter((entry) => isForeign(entry, declared.own)).flatMap((entry) => added(entry));
  // Several may have written one field.
  return [...new Map(all.map((one) => [one.field.path, one])).values()];

  function added({ manager, fields }: ManagedFields): readonly FoundField[] {
    const place = { node: fields, own: declared.own.fields, live: live.content, path: [] };
    const counted = collect(place).filter(({ path }) => counts(path, manager));
    // What a Secret holds was left out when it was read; that there is nothing is not to be said of it either.
    return live.name.kind === "Secret" ? counted.map(withoutValue) : counted;
  }
}

function withoutValue({ path, field }: FoundField): FoundField {
  return { path, field: { ...field, found: undefined } };
}

function isForeign({ manager, subresource }: ManagedFields, own: ManagedFields): boolean {
  return manager !== own.manager && subresource !== "status" && !isController(manager);
}

interface Place {
  readonly node: JsonObject;
  readonly own: Json | undefined;
  readonly live: Json | undefined;
  readonly path: readonly FieldStep[];
}

function collect({ node, own, live, path }: Place): readonly FoundField[] {
  const names = Object.keys(node).filter((name) => name !== ITSELF);
  const ours = isJsonObject(own);
  // An element that is somebody else's is one thing, with all that is in it; so is a field.
  const isWhole = names.length === 0 || (!ours && path.at(-1)?.kind === "key");
  if (isWhole && !ours && live !== undefined && path.length > 0)
    return [{ path, field: { path: renderPath(path), declared: undefined, found: live, stays: true } }];
  // What we wrote as one value is compared as one.
  if (ours && Object.keys(own).length === 0) return [];
  return names.flatMap((name) => {
    const [step, child] = [parseStep(name), node[name]];
    if (step === undefined || !isJsonObject(child)) return [];
    const next = { own: ours ? own[name] : undefined, live: stepInto(live, step) };
    return collect({ node: child, ...next, path: [...path, step] });
  });
}

function counts(path: readonly FieldStep[], manager: string): boolean {
  const names = path.map((step) => (step.kind === "field" ? step.name : ""));
  const [first = "", second = "", third = ""] = names;
  if (first === "status") return false;
  if (NOT_STATE.has(names.at(-1) ?? "")) return false;
  if (first !== "metadata") return true;
  return LABELS.has(second) && third !== "" && isPersonsTool(manager);
}

const LABELS: ReadonlySet<string> = new Set(["labels", "annotations"]);

/** A restart is no other state; nor is whose an object may be. One repeats the whole object, as kubectl apply saw it. */
const NOT_STATE: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/restartedAt",
  "kubectl.kubernetes.io/last-applied-configuration",
  GIVEN_TO,
]);
