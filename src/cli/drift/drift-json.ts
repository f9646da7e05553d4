import type { Drift, DriftedObject } from "../../model/drift.ts";
import type { Json } from "../../model/json.ts";

/** For programs. */
export function driftToJson({ stage, objects, unlisted, nothingDeployed }: Drift): Json {
  return { stage, deployed: nothingDeployed !== true, drift: objects.map(driftedToJson), unlisted: [...unlisted] };
}

/** Of a secret value there is neither `declared` nor `found`. */
export function driftedToJson(drifted: DriftedObject): Json {
  const { apiVersion, kind, namespace = null, name } = drifted.object;
  const object = { apiVersion, kind, namespace, name };
  if (drifted.kind === "added") return { kind: drifted.kind, object, by: drifted.by ?? null };
  const application = drifted.application ?? null;
  if (drifted.kind === "deleted") return { kind: drifted.kind, object, application };
  const fields = drifted.fields.map(({ path, declared = null, found = null, stays = false }) => {
    return { path, declared, found, stays };
  });
  return { kind: drifted.kind, object, application, fields, by: drifted.by ?? null };
}
