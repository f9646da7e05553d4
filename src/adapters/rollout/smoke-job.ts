import type { JsonObject } from "../../model/json.ts";
import { andThen, accepted, type Outcome } from "../../model/refusal.ts";
import type { ObservedJob } from "../../model/rollout-objects.ts";
import { askKubectl, tellKubectl, type ClusterAccess } from "../kubectl.ts";
import { jobSchema } from "./object-schemas.ts";

export interface JobName {
  readonly namespace: string;
  readonly name: string;
}

/** What a killed run left behind under this name goes first: its result is not this run's. */
export async function createJob(
  { namespace, name, manifest }: JobName & { readonly manifest: JsonObject },
  access: ClusterAccess,
): Promise<Outcome<undefined>> {
  const gone = await tellKubectl([...removal({ namespace, name }), "--wait=true", "--cascade=foreground"], access);
  if (gone.kind === "refused") return gone;
  const created = await tellKubectl(
    ["create", "--filename", "-", "--output", "name"],
    access,
    JSON.stringify(manifest),
  );
  return andThen(created, () => accepted(undefined));
}

export async function readJob({ namespace, name }: JobName, access: ClusterAccess): Promise<Outcome<ObservedJob>> {
  return askKubectl(["get", "jobs.batch", name, "--namespace", namespace], jobSchema, access);
}

/** With its pods, which go a moment later. */
export async function removeJob(job: JobName, access: ClusterAccess): Promise<Outcome<undefined>> {
  const gone = await tellKubectl([...removal(job), "--wait=false", "--cascade=background"], access);
  return andThen(gone, () => accepted(undefined));
}

function removal({ namespace, name }: JobName): readonly string[] {
  return ["delete", "jobs.batch", name, "--namespace", namespace, "--ignore-not-found"];
}
