import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { migrationJobName, migrationJobSpec, migrationLabels } from "../model/migration-job.ts";
import { renderReference } from "../model/reference.ts";
import type { StageApplication } from "../model/stage.ts";

export interface MigrationArgs {
  readonly application: StageApplication;
}

/**
 * Brings the database to the version's level, in a Job of the version's own image.
 * One Job per image digest: both its names carry it, and later changes of settings leave it alone, so that
 * it runs once per version. A failed Job is not tried again by itself.
 */
export class Migration extends ComponentResource {
  constructor(name: string, { application }: MigrationArgs, options: ComponentResourceOptions) {
    const { image, schema } = application.pin;
    const { migration } = application.application;
    if (migration === undefined) throw new Error(`application ${name} declares no migration`);
    // A version's Job goes when the next version is there, protected or not.
    super("lockstep:index:Migration", name, { image: renderReference(image) }, { ...options, protect: false });
    const jobName = migrationJobName(name, "up", image.digest);
    const timeout = `${application.migrationSeconds}s`;
    const labels = migrationLabels(name, "up");
    const { command } = migration;
    const spec = migrationJobSpec({ application, image, command, labels, toLevel: schema?.migratesTo });
    new Job(
      jobName,
      { metadata: { name: jobName, namespace: application.namespace, labels }, spec },
      {
        parent: this,
        ignoreChanges: ["spec", "metadata.labels"],
        customTimeouts: { create: timeout, update: timeout },
      },
    );
    this.registerOutputs({});
  }
}
