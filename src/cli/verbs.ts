import type { Command } from "commander";

export interface Verb {
  readonly name: string;
  readonly description: string;
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
