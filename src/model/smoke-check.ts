import { z } from "zod";
import type { Duration } from "./application.ts";
import { declarationProblems, type DeclarationProblem } from "./declaration-problems.ts";
import { durationSchema } from "./kubernetes-names.ts";
import { didYouMean } from "./nearest.ts";

/** What is asked of an application once all its pods are ready: does it do what it is there for? */
export type SmokeCheck<Secret extends string = string> =
  { readonly http: HttpSmoke } | { readonly job: JobSmoke<Secret> };

/** A GET, as somebody outside the cluster would send it: to `settings.smokeUrl`, else to the stage's first host. */
export interface HttpSmoke {
  readonly path: `/${string}`;
  /** Redirects are not followed: they are an answer like any other. @default 200 */
  readonly status?: number;
  /** How long it is asked again until it answers so. @default "30s" */
  readonly within?: Duration;
}

/** A Job of the pinned image, in the application's namespace. It passes where its command ends with exit code 0. */
export interface JobSmoke<Secret extends string = string> {
  readonly command: readonly [string, ...string[]];
  /** How long it may take, from its creation. @default "2m" */
  readonly within?: Duration;
  /** Which of the application's secrets it gets. @default all of them */
  readonly secrets?: readonly Secret[];
}

const within = durationSchema.optional();
const word = z.string({ error: "a word of the command" });

const httpSchema = z.strictObject(
  {
    path: z
      .string({ error: "a path such as /health/ready" })
      .max(2000, { error: "a path of at most 2000 characters" })
      .regex(/^\/(?!\/)[\x21-\x7e]*$/, { error: "a path such as /health/ready, as it stands in a URL" })
      .refine((path) => !path.includes("#"), { error: "a path without #: what follows it is never sent" }),
    status: z
      .int({ error: "a status such as 200" })
      .min(200, { error: "a status from 200 to 599" })
      .max(599, { error: "a status from 200 to 599" })
      .optional(),
    within,
  },
  { error: "{ path, status, within }" },
);

const jobSchema = z.strictObject(
  {
    command: z
      .array(word, { error: "a command, as a list of words" })
      .min(1, { error: "a command, as a list of words" }),
    within,
    secrets: z.array(z.string({ error: "a secret's name" }), { error: "names of secrets" }).optional(),
  },
  { error: "{ command, within, secrets }" },
);

const EITHER = "{ http: { path } } or { job: { command } }";

const smokeChecksSchema = z.array(
  z
    .strictObject({ http: httpSchema.optional(), job: jobSchema.optional() }, { error: EITHER })
    .refine(({ http, job }) => (http === undefined) !== (job === undefined), { error: EITHER }),
  { error: "a list of checks" },
);

/**
 * What the compiler cannot check of the declared checks.
 * @param secrets that the application declares
 */
export function smokeProblems(
  checks: readonly SmokeCheck[],
  secrets: readonly string[],
): readonly DeclarationProblem[] {
  const problems = declarationProblems(smokeChecksSchema, checks, "smoke");
  if (problems.length > 0) return problems;
  return checks.flatMap((check, index) =>
    ("job" in check ? (check.job.secrets ?? []) : [])
      .filter((secret) => !secrets.includes(secret))
      .map((secret) => ({
        path: `smoke[${index}].job.secrets`,
        found: `${secret}${didYouMean(secret, secrets)}`,
        expected: secrets.length > 0 ? `of its secrets: ${secrets.join(", ")}` : "none: it declares no secrets",
      })),
  );
}

const HTTP_SECONDS = 30;
const JOB_SECONDS = 120;

export function smokeSeconds(check: SmokeCheck): number {
  const given = "http" in check ? check.http.within : check.job.within;
  if (given !== undefined) return durationSchema.parse(given);
  return "http" in check ? HTTP_SECONDS : JOB_SECONDS;
}

/** As people would name it: `GET /health/ready`, `smoke --quick`. */
export function smokeName(check: SmokeCheck): string {
  return "http" in check ? `GET ${check.http.path}` : check.job.command.join(" ");
}
