import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import type { input } from "@pulumi/kubernetes/types/index.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { hexOf } from "../model/digest.ts";
import { renderReference } from "../model/reference.ts";
import type { StageApplication } from "../model/stage.ts";

export interface MigrationArgs {
  readonly application: StageApplication;
}

const DIGITS_OF_DIGEST = 10;

/**
 * Brings the database to the version's level, in a Job of the version's own image.
 * One Job per image digest: both its names carry it, and later changes of settings leave it alone, so that
 * it runs once per version. A failed Job is not tried again by itself.
 */
export class Migration extends ComponentResource {
  constructor(name: string, { application }: MigrationArgs, options: ComponentResourceOptions) {
    const { image } = application.pin;
    // A version's Job goes when the next version is there, protected or not.
    super("lockstep:index:Migration", name, { image: renderReference(image) }, { ...options, protect: false });
    const jobName = `${name}-migrate-${hexOf(image.digest).slice(0, DIGITS_OF_DIGEST)}`;
    const timeout = `${application.migrationSeconds}s`;
    new Job(
      jobName,
      {
        metadata: { name: jobName, namespace: application.namespace, labels: labels(name) },
        spec: jobSpec(name, application),
      },
      {
        parent: this,
        ignoreChanges: ["spec", "metadata.labels"],
        customTimeouts: { create: timeout, update: timeout },
      },
    );
    this.registerOutputs({});
  }
}

function jobSpec(name: string, application: StageApplication): input.batch.v1.JobSpec {
  const { migration } = application.application;
  if (migration === undefined) throw new Error(`application ${name} declares no migration`);
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: application.migrationSeconds,
    template: {
      metadata: { labels: labels(name) },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "migrate",
            image: renderReference(application.pin.image),
            command: [...migration.command],
            env: environment(application),
            ...(application.resources === undefined ? {} : { resources: application.resources }),
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      },
    },
  };
}

function environment({ application, env, secretName, secretNames }: StageApplication): input.core.v1.EnvVar[] {
  const given = application.migration?.secrets ?? secretNames;
  return [
    ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ...(secretName === undefined
      ? []
      : given.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secretName, key } } }))),
  ];
}

function labels(name: string): Record<string, string> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/component": "migration" };
}
