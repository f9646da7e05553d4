import type { DigestReference } from "../src/adapters/registry/registry-client.ts";
import type { LoadedStage } from "../src/adapters/stage-loader.ts";
import type { Digest } from "../src/model/digest.ts";
import type { Refusal } from "../src/model/refusal.ts";
import type { Trust } from "../src/model/trust/trust.ts";

/** What rules judge by: the stage as its files describe it. Read once per run and stage. */
export interface StageContext {
  readonly project: string;
  /** The stage's name, from the resource's URN. */
  readonly stage: string;
  readonly loaded: LoadedStage;
  readonly trust: Trust;
  /** Of every application that runs in the stage. */
  readonly desiredDigests: ReadonlyMap<string, Digest>;
  /** What stands against the stage as a whole; then the reasons of each application that is not covered. */
  readonly coverage: () => Promise<{
    readonly stage: readonly Refusal[];
    readonly applications: ReadonlyMap<string, readonly Refusal[]>;
  }>;
  /** Empty where it is signed as this stage asks. Asked once per reference and run. */
  readonly refuseSignature: (reference: DigestReference, kind: "image" | "chart") => Promise<readonly Refusal[]>;
}
