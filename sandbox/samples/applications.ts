/**
 * The sample platform: every image and chart that the sandbox publishes, as data.
 * A change here changes digests: the pins of inttest are among them.
 */

/** How the pods of a version behave on the simulated nodes; the nodes read it from the tag. */
export type Behaviour = "ready" | "never-ready" | "crash-loop" | "pull-fail" | "job-fail" | "down-fail";

export type Signer = "sandbox" | "stranger" | "nobody";

export interface SchemaFacts {
  /** Levels of the database that the version can live with, both inclusive. */
  readonly supports: { readonly min: number; readonly max: number };
  /** The level to which the version's migration brings the database. */
  readonly migratesTo: number;
}

export interface SampleVersion {
  /** Version and tag; a failing version's tag ends in its behaviour. */
  readonly version: string;
  /** RFC 3339, in UTC and without fractions. */
  readonly created: string;
  readonly behaviour: Behaviour;
  readonly signedBy: Signer;
  readonly schema?: SchemaFacts;
}

export interface SampleApplication {
  /** The image's repository is `ehealth/<name>`. */
  readonly name: string;
  readonly title: string;
  readonly port: number;
  /** The chart that deploys it; the repository is `charts/<chart>`. */
  readonly chart: "web-service" | "status-page";
  /** In the order in which they were made. */
  readonly versions: readonly SampleVersion[];
}

export interface SampleChart {
  readonly name: SampleApplication["chart"];
  readonly version: string;
  readonly created: string;
}

function schema(min: number, max: number, migratesTo: number): { schema: SchemaFacts } {
  return { schema: { supports: { min, max }, migratesTo } };
}

function good(version: string, created: string): SampleVersion {
  return { version, created, behaviour: "ready", signedBy: "sandbox" };
}

function failing(version: string, created: string, behaviours: readonly Behaviour[]): readonly SampleVersion[] {
  return behaviours.map((behaviour) => ({ ...good(`${version}-${behaviour}`, created), behaviour }));
}

function signedBy(signer: Signer, version: string, created: string): SampleVersion {
  return { ...good(`${version}-${signer === "nobody" ? "unsigned" : signer}`, created), signedBy: signer };
}

const ROLL_OUT_FAILURES = ["never-ready", "crash-loop", "pull-fail"] as const;

const appointments: SampleApplication = {
  name: "appointments",
  title: "Appointments API",
  port: 8080,
  chart: "web-service",
  versions: [
    { ...good("1.4.0", "2026-09-14T08:20:11Z"), ...schema(12, 13, 13) },
    // Reads level 14 already, still migrates to 13 only: the step that makes 1.4.2 safe to roll out, and back.
    { ...good("1.4.1", "2026-09-28T07:45:02Z"), ...schema(12, 14, 13) },
    { ...good("1.4.2", "2026-10-12T09:10:37Z"), ...schema(12, 14, 14) },
    ...failing("1.4.3", "2026-10-19T06:58:40Z", [...ROLL_OUT_FAILURES, "job-fail"]).map((version) => ({
      ...version,
      ...schema(12, 14, 14),
    })),
    // The bridge to 1.5.0: from 1.4.2 straight to 1.5.0 the running version could not live with level 15.
    { ...good("1.4.4", "2026-10-26T10:31:55Z"), ...schema(13, 15, 14) },
    { ...good("1.5.0", "2026-11-09T08:02:19Z"), ...schema(14, 15, 15) },
    // Runs well; its way back does not.
    ...failing("1.5.1", "2026-11-12T09:30:44Z", ["down-fail"]).map((version) => ({
      ...version,
      ...schema(14, 15, 15),
    })),
  ],
};

const patients: SampleApplication = {
  name: "patients",
  title: "Patients API",
  port: 8080,
  chart: "web-service",
  versions: [
    good("3.0.0", "2026-09-08T11:12:13Z"),
    good("3.0.1", "2026-09-22T09:40:00Z"),
    good("3.1.0", "2026-10-20T13:05:26Z"),
    ...failing("3.1.1", "2026-10-27T08:15:45Z", ROLL_OUT_FAILURES),
  ],
};

const portal: SampleApplication = {
  name: "portal",
  title: "Patients' portal",
  port: 8080,
  chart: "web-service",
  versions: [
    good("2.2.0", "2026-09-03T14:22:51Z"),
    good("2.3.0", "2026-10-01T10:00:08Z"),
    good("2.3.1", "2026-10-15T07:33:19Z"),
    ...failing("2.3.2", "2026-10-22T12:47:30Z", ROLL_OUT_FAILURES),
    // For the demonstrations of what must not get in: published, but not by whom the platform trusts.
    signedBy("nobody", "2.4.0", "2026-11-05T09:09:09Z"),
    signedBy("stranger", "2.4.0", "2026-11-05T09:09:09Z"),
  ],
};

const statusPage: SampleApplication = {
  name: "status-page",
  title: "Status page",
  port: 8080,
  chart: "status-page",
  versions: [good("0.9.2", "2026-08-11T16:00:00Z"), good("0.9.3", "2026-10-06T16:00:00Z")],
};

/** Not an application of its own: the image of the status page's subchart. */
const statusCache: SampleApplication = {
  name: "status-cache",
  title: "Cache of the status page",
  port: 6379,
  chart: "status-page",
  versions: [good("7.2.4", "2026-08-11T15:00:00Z")],
};

/** The three applications of the sample platform. */
export const sampleApplications: readonly SampleApplication[] = [appointments, patients, portal];

/** Images that somebody else's chart needs. */
export const foreignImages: readonly SampleApplication[] = [statusPage, statusCache];

/** Those of them that belong to no application: they are pinned nowhere. */
export const subchartImages: readonly SampleApplication[] = [statusCache];

/** One chart folder may be published under several versions; they differ in the version alone. */
export const sampleCharts: readonly SampleChart[] = [
  { name: "web-service", version: "2.0.0", created: "2026-08-03T08:00:00Z" },
  { name: "web-service", version: "2.1.0", created: "2026-09-01T08:00:00Z" },
  { name: "status-page", version: "0.9.4", created: "2026-10-06T16:30:00Z" },
];
