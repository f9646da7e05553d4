import { splitDrift } from "../../delivery/drift/overwritten.ts";
import type { ChangedField, Drift, DriftedObject } from "../../model/drift.ts";
import type { Json } from "../../model/json.ts";
import { printable } from "../../model/refusal.ts";

/** What is not as declared, by application, and what can be done about it. */
export function renderDrift(drift: Drift): string {
  const { objects, unlisted } = drift;
  return [
    titleOf(drift),
    ...renderGroups(objects),
    ...unlisted.map(
      (namespace) =>
        `${printable(namespace)}: what was added there is not known, the cluster does not let everything be listed`,
    ),
    ...waysOut(drift),
  ].join("\n\n");
}

function titleOf({ stage, objects, nothingDeployed }: Drift): string {
  if (nothingDeployed === true) return `${stage}: nothing is deployed, so nothing was compared`;
  const count = objects.length;
  if (count === 0) return `${stage}: everything in the cluster is as declared`;
  return `${stage}: ${count} ${count === 1 ? "object in the cluster is" : "objects in the cluster are"} not as declared`;
}

function renderGroups(objects: readonly DriftedObject[]): readonly string[] {
  return [...Map.groupBy(objects, groupOf)].map(([group, own]) => [group, ...own.flatMap(driftedLines)].join("\n"));
}

function groupOf(drifted: DriftedObject): string {
  if (drifted.kind === "added") return "declared nowhere";
  return drifted.application ?? "of the stage as a whole";
}

/** An object and its fields, a line each. */
export function driftedLines(drifted: DriftedObject): readonly string[] {
  const { kind, namespace, name } = drifted.object;
  const where = namespace === undefined ? "" : ` in ${namespace}`;
  const by = drifted.kind === "deleted" || drifted.by === undefined ? "" : `, by ${drifted.by}`;
  const line = printable(`  ${drifted.kind.padEnd(7)}  ${kind}/${name}${where}${by}`);
  if (drifted.kind !== "changed") return [line];
  return [line, ...drifted.fields.map((field) => printable(`           ${fieldText(field)}`))];
}

function fieldText({ path, declared, found, stays = false }: ChangedField): string {
  if (stays) return `${path}: ${found === undefined ? "a value that is not shown" : valueText(found)}, not declared`;
  if (declared === undefined && found === undefined) return `${path}: a secret value, written by somebody else since`;
  return `${path}: ${valueText(found)}, declared ${valueText(declared)}`;
}

const MAX_VALUE = 100;

function valueText(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}

function waysOut({ stage, objects }: Drift): readonly string[] {
  const { overwritten, staying } = splitDrift(objects);
  const lines = [
    ...(overwritten.length === 0
      ? []
      : [`to bring back what was declared: npm run deploy -- ${stage}; to keep it: declare it, and deploy`]),
    ...(staying.length === 0
      ? []
      : ["what nobody declared stays when the stage is deployed: declare it, or remove it with kubectl"]),
  ];
  return lines.length === 0 ? [] : [lines.join("\n")];
}
