import type { DriftedObject } from "../../model/drift.ts";

export interface SplitDrift {
  /** What an update that looks at the cluster brings back to what was declared. */
  readonly overwritten: readonly DriftedObject[];
  /** What it leaves there: nobody declared it. */
  readonly staying: readonly DriftedObject[];
}

/** An object with changes of both kinds is in both lists, each time with those alone. */
export function splitDrift(objects: readonly DriftedObject[]): SplitDrift {
  const parts = objects.map(splitObject);
  return {
    overwritten: parts.flatMap(({ overwritten }) => overwritten),
    staying: parts.flatMap(({ staying }) => staying),
  };
}

function splitObject(drifted: DriftedObject): SplitDrift {
  if (drifted.kind === "deleted") return { overwritten: [drifted], staying: [] };
  if (drifted.kind === "added") return { overwritten: [], staying: [drifted] };
  const [staying, overwritten] = [true, false].map((stays) => {
    const fields = drifted.fields.filter((field) => (field.stays ?? false) === stays);
    return fields.length === 0 ? [] : [{ ...drifted, fields }];
  });
  return { overwritten: overwritten ?? [], staying: staying ?? [] };
}
