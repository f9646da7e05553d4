import type { Command } from "commander";

export interface Verb {
  readonly name: string;
  readonly description: string;
  /** Of a verb that reads all stages at once, and is done before much garbage is made. @default "time" */
  readonly saves?: "memory" | "time";
  readonly load: () => Promise<Command>;
}

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [
  {
    name: "quickstart",
    description: "from a fresh clone to applications running in the sandbox's inttest stage",
    load: async () => (await import("./quickstart/command.ts")).quickstartCommand(),
  },
  {
    name: "sandbox",
    description: "a real API server and a real registry on this machine, with the sample platform",
    load: async () => (await import("./sandbox/command.ts")).sandboxCommand(),
  },
  {
    name: "pin",
    description: "pins a signed image in a stage that the registry feeds",
    load: async () => (await import("./pin/command.ts")).pinCommand(),
  },
  {
    name: "promote",
    description: "moves proven versions from one stage to the next, with a signed statement",
    saves: "memory",
    load: async () => (await import("./promote/command.ts")).promoteCommand(),
  },
  {
    name: "propose",
    description: "states settings and catalogue changes of a gated stage",
    load: async () => (await import("./propose/command.ts")).proposeCommand(),
  },
  {
    name: "approve",
    description: "shows what is to be approved, and signs it",
    load: async () => (await import("./approve/command.ts")).approveCommand(),
  },
  {
    name: "approvals",
    description: "who signed what is to come to a stage, and what is missing",
    load: async () => (await import("./approvals/command.ts")).approvalsCommand(),
  },
  {
    name: "revoke",
    description: "withdraws an approval or a statement",
    load: async () => (await import("./revoke/command.ts")).revokeCommand(),
  },
  {
    name: "deploy",
    description: "previews a stage with the policies, asks, deploys it and follows the roll-out; back where it fails",
    load: async () => (await import("./deploy/command.ts")).deployCommand(),
  },
  {
    name: "rollback",
    description: "brings a stage back to the pins of an earlier update, through the schema barrier",
    load: async () => (await import("./rollback/command.ts")).rollbackCommand(),
  },
  {
    name: "drift",
    description: "what in a stage's cluster is not as declared",
    load: async () => (await import("./drift/command.ts")).driftCommand(),
  },
  {
    name: "reconcile",
    description: "one step of bringing a stage to what git says: for schedules",
    load: async () => (await import("./reconcile/command.ts")).reconcileCommand(),
  },
  {
    name: "status",
    description: "applications and stages: versions, ages, coverage, holds",
    saves: "memory",
    load: async () => (await import("./status/command.ts")).statusCommand(),
  },
  {
    name: "diff",
    description: "what differs between two stages: versions and settings",
    load: async () => (await import("./diff/command.ts")).diffCommand(),
  },
  {
    name: "hold",
    description: "keeps a stage or an application where it is, with a reason",
    load: async () => (await import("./hold/command.ts")).holdCommand(),
  },
  {
    name: "resume",
    description: "ends a hold",
    load: async () => (await import("./resume/command.ts")).resumeCommand(),
  },
  {
    name: "merge",
    description: "merges two versions of a stack file: git's merge driver",
    load: async () => (await import("./merge/command.ts")).mergeCommand(),
  },
  {
    name: "trust",
    description: "who and what counts: starts, changes, signs and verifies the trust root",
    load: async () => (await import("./trust/command.ts")).trustCommand(),
  },
  {
    name: "check",
    description: "everything that can be decided without a cluster: for a pull request",
    load: async () => (await import("./check/command.ts")).checkCommand(),
  },
  {
    name: "schema",
    description: "writes the JSON Schema that editors check stack files with",
    load: async () => (await import("./schema/command.ts")).schemaCommand(),
  },
];
