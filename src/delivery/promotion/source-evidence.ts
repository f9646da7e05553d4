import type { Chain } from "../coverage/statement-chain.ts";
import type { DeployedStage, StackUpdate, WorkloadState } from "../../model/deployed-stage.ts";
import type { Digest } from "../../model/digest.ts";
import type { Pin } from "../../model/pin.ts";
import type { Outcome, Refusal } from "../../model/refusal.ts";
import type { Settings } from "../../model/settings.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import type { SourceUpdate } from "../../model/statements/statement.ts";
import type { YamlSource } from "../../model/yaml-source.ts";

/** An application as the files of the source stage have it now. */
export interface WrittenApplication {
  readonly pin: Pin;
  readonly settings: Settings;
  readonly desired: DesiredState;
}

/** Everything that says whether a stage runs what its files say, and since when. */
export interface SourceEvidence {
  readonly definition: StageDefinition;
  /** What its files want to run. */
  readonly written: ReadonlyMap<string, WrittenApplication>;
  /** Applications of the catalogue that do not run there, and why. */
  readonly absent: ReadonlyMap<string, "not pinned" | "disabled">;
  /** Of a gated stage, of every application that anything was stated about. */
  readonly chains: ReadonlyMap<string, Chain>;
  /** What stands against those of the newest statements that were taken back since they were deployed. */
  readonly takenBack: ReadonlyMap<Digest, readonly Refusal[]>;
  /** The newest first, as far back as the soak needs it. */
  readonly history: readonly StackUpdate[];
  readonly deployed: DeployedStage;
  /** The kubeconfig context that its stack file names. */
  readonly context: string;
  /** The uid of the cluster behind it, now. */
  readonly clusterUid: string;
  /** What the cluster has of the workloads that the outputs name, by `workloadKey`. */
  readonly workloads: ReadonlyMap<string, WorkloadState>;
  /** For people: where stages are described. */
  readonly stagesFile: string;
  readonly placeOf: YamlSource["placeOf"];
}

/** What counts for the soak: from when on, and what began then. */
export interface SoakStart {
  readonly sinceMs: number;
  readonly because: "version" | "settings" | "workload";
}

/** A version that the source runs, exactly as its files have it, healthy, and long enough. */
export interface ProvenApplication extends WrittenApplication {
  readonly name: string;
  readonly soak: SoakStart;
  /** Of a gated source: the statement that it was deployed under. */
  readonly statement: Digest | undefined;
}

/** What one stage proves. */
export interface StageProof {
  readonly stage: string;
  /** What stands against the stage as a whole, and so against each of its applications. */
  readonly refusals: readonly Refusal[];
  /** Of each application that was asked for: proven, or what stands against it alone. */
  readonly applications: ReadonlyMap<string, Outcome<ProvenApplication>>;
  /** The last update, as a statement names it; undefined where there was none. */
  readonly update: SourceUpdate | undefined;
}
