import type { AdmissionPlan } from "../../model/admission.ts";
import { digestOf, hexOf } from "../../model/digest.ts";
import { admissionLists, type AdmissionSources } from "./admission-lists.ts";
import { admissionPolicies, LIST_NAME } from "./admission-policies.ts";

/** What the cluster of a stage is told to let in. */
export function planAdmission(project: string, sources: AdmissionSources): AdmissionPlan {
  const { stage } = sources;
  const namespaces = stage.namespaces.map(({ name }) => name);
  const name = admissionName(project, stage.name, namespaces);
  return { name, listName: LIST_NAME, lists: admissionLists(sources), policies: admissionPolicies(stage.name, name) };
}

/**
 * Unique in a cluster that stages and projects share, as their namespaces are. A stage that wins or loses a namespace
 * gets policies of another name: the earlier ones judge on until its pods are gone.
 */
export function admissionName(project: string, stage: string, namespaces: readonly string[]): string {
  const whole = digestOf(JSON.stringify([project, stage, namespaces.toSorted()]));
  // A project's name may have characters that an object's name may not; its digest tells such ones apart.
  const readable = `${project}-${stage}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  return `lockstep-${readable}-${hexOf(whole).slice(0, 8)}`;
}
