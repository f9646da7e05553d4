import type { JudgedResource, Rule, Violation } from "../rule.ts";
import { MIGRATION_TYPE, parseUrn } from "../urn.ts";

const JOB_TYPE = "kubernetes:batch/v1:Job";
/** A migration runs once per image; its Job's name has the image's digest, so that another image is another Job. */
const OF_A_MIGRATION: readonly string[] = ["spec", "metadata.labels"];

/** The engine shows policies what it was asked for; with ignored changes, what was there before goes on running. */
export const noIgnoredChanges: Rule = {
  id: "no-ignored-changes",
  title: "every change is made: the engine ignores none",
  why: "what was approved would not be what runs",
  fix: "take ignoreChanges away; what a controller is to change, leave out of the object",
  level: "mandatory",
  exemptible: false,
  check: (resource) => refuseIgnored(resource),
};

function refuseIgnored(resource: JudgedResource): readonly Violation[] {
  const allowed = isMigrationJob(resource) ? OF_A_MIGRATION : [];
  return resource.opts.ignoreChanges
    .filter((path) => !allowed.includes(path))
    .map((path) => ({ path, found: "changes of it are ignored", expected: "they are made" }));
}

function isMigrationJob({ urn, type }: JudgedResource): boolean {
  return type === JOB_TYPE && parseUrn(urn).types.at(-2) === MIGRATION_TYPE;
}
