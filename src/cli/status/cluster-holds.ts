import { readClusterHolds } from "../../adapters/cluster-holds.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { withClusterHolds, type StageRead } from "../../delivery/status/status-report.ts";
import type { ClusterHold } from "../../model/cluster-hold.ts";
import { renderBriefly, type Outcome } from "../../model/refusal.ts";
import { namespacesOf } from "../../model/stage.ts";

type AskedStage = Pick<LoadedStage, "stage" | "stackFile" | "source" | "catalogue">;
type Answer = Promise<Outcome<readonly ClusterHold[]>>;

/** Asks the clusters of stages which versions failed there, each as soon as its stage is read, and all at once. */
export class AskedClusters {
  readonly #signal: AbortSignal;
  readonly #answers = new Map<string, Answer>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** A stage that names no cluster has none to ask. */
  readonly ask = ({ stage, stackFile, source, catalogue }: AskedStage): void => {
    const context = stackFile.cluster?.context;
    if (context === undefined) return;
    const place = source.placeOf(["config", "lockstep:cluster", "context"]);
    const scope = { project: stage.project, stage: stage.name };
    // An application that runs no more may be held where it ran.
    const namespaces = namespacesOf(catalogue.values(), { ...scope, stackFile });
    const answer = readClusterHolds({ ...scope, namespaces, access: { context, place, signal: this.#signal } });
    // It is waited for at the end; until then nobody else looks at a failure.
    answer.catch(() => undefined);
    this.#answers.set(stage.name, answer);
  };

  /** With what the stage's cluster says; one that does not answer is a note. */
  async addTo(name: string, read: StageRead): Promise<StageRead> {
    const answer = await this.#answers.get(name);
    if (answer === undefined || read.kind === "refused") return read;
    if (answer.kind === "accepted") return withClusterHolds(read, answer.value);
    const note = `what its cluster holds is not known: ${renderBriefly(answer.refusals)}`;
    return { ...read, notes: [...read.notes, note] };
  }
}
