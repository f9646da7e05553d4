import { renderReference, type PinnedReference } from "./reference.ts";
import type { Resources } from "./settings.ts";
import type { StageApplication } from "./stage.ts";

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** Fits what a Job of batch/v1 takes, and is plain JSON. */
export interface OneShotJobSpec {
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds: number;
  readonly template: {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly spec: {
      readonly restartPolicy: "Never";
      readonly automountServiceAccountToken: false;
      readonly enableServiceLinks: false;
      readonly securityContext: { readonly runAsNonRoot: true; readonly seccompProfile: { readonly type: string } };
      readonly containers: {
        readonly name: string;
        readonly image: string;
        readonly command: string[];
        readonly env: EnvironmentVariable[];
        readonly resources?: Resources;
        readonly securityContext: {
          readonly allowPrivilegeEscalation: false;
          readonly readOnlyRootFilesystem: true;
          readonly capabilities: { readonly drop: string[] };
        };
      }[];
    };
  };
}

export interface OneShotRun {
  /** Whose settings it gets. */
  readonly application: StageApplication;
  /** Of its only container. */
  readonly name: string;
  readonly image: PinnedReference;
  readonly command: readonly string[];
  /** Of the application's secrets, the names that it gets. */
  readonly secrets: readonly string[];
  /** Beside the stage's environment, which cannot override these. */
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlineSeconds: number;
  readonly labels: Record<string, string>;
}

/** One pod, tried once, that may do no more than the application itself. */
export function oneShotJobSpec(run: OneShotRun): OneShotJobSpec {
  const { application, name, image, command, deadlineSeconds, labels } = run;
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: deadlineSeconds,
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name,
            image: renderReference(image),
            command: [...command],
            env: environment(run),
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

/** The stage's settings, the secrets, and at last, so that nobody overrides them, what the run itself is given. */
function environment({ application, secrets, env = {} }: OneShotRun): EnvironmentVariable[] {
  const { secretName } = application;
  const plain = ([name, value]: readonly [string, string]) => ({ name, value });
  return [
    ...Object.entries(application.env)
      .filter(([name]) => !Object.hasOwn(env, name))
      .map(plain),
    ...(secretName === undefined
      ? []
      : secrets.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secretName, key } } }))),
    ...Object.entries(env).map(plain),
  ];
}
