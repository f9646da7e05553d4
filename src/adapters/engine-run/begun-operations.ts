import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { shellWord } from "../../model/shell-word.ts";
import { renderBriefly } from "../../model/refusal.ts";
import { codeOf, replaceFile } from "../disk.ts";
import type { ClusterAccess } from "../kubectl.ts";
import { findBackendFiles } from "./backend-files.ts";
import { lookAtExport, rememberByImport } from "./begun-in-export.ts";

/** To find out where the state is kept. */
const TIMEOUT_MS = 60_000;
/** Of reading a state that the engine may be writing: it takes milliseconds. */
const TRIES = 10;
const BETWEEN_TRIES_MS = 5;

/**
 * What an update had begun when it was interrupted. The Kubernetes provider then cannot ask any more what became of an
 * operation, and the engine counts it as one that never was: an object that was made would be nobody's, and one that was
 * changed would pass for unchanged. So what was begun is written into the state again, and the next run looks for itself
 * (`recoverStack`). Where the state is a plain file it is read and written as one; every other backend is asked through
 * the engine, which takes a second or two.
 */
export class BegunOperations {
  readonly #stage: string;
  readonly #files: ReturnType<typeof findBackendFiles>;
  readonly #access: ClusterAccess | undefined;
  /** Undefined: not known yet, or nobody could say. */
  #kept: { readonly file: string } | "elsewhere" | undefined;
  #begun: readonly JsonObject[] = [];
  #unseen = false;

  /** @param access of the stage's cluster: without a plain file it is asked what came of what was begun */
  constructor(stage: string, access?: ClusterAccess) {
    this.#stage = stage;
    this.#access = access;
    this.#files = findBackendFiles(stage, AbortSignal.timeout(TIMEOUT_MS));
    void this.#files.then(
      (files) => {
        if (files.kind === "refused") return;
        const file = files.value?.state;
        this.#kept = file?.endsWith(".json") === true ? { file } : "elsewhere";
      },
      // The update itself says what is wrong with the backend.
      () => undefined,
    );
  }

  /** Before pulumi has the signal, and synchronously: it forgets within a fraction of a second. */
  readonly look = (): void => {
    const found = this.#kept === "elsewhere" ? lookElsewhere(this.#stage) : lookInFile(this.#kept?.file);
    this.#begun = found ?? [];
    this.#unseen = found === undefined;
  };

  /** Once the update has ended. @returns what people must know, where it could not be written down */
  async remember(): Promise<string | undefined> {
    if (this.#unseen) return notWritten(this.#stage, "the engine did not say in time what it was");
    if (this.#begun.length === 0 || this.#kept === undefined) return undefined;
    try {
      if (this.#kept === "elsewhere") {
        const forgottenIn = (deployment: JsonObject): readonly JsonObject[] => forgottenOf(deployment, this.#begun);
        const written = await rememberByImport(this.#stage, forgottenIn, this.#access);
        return written.kind === "refused" ? notWritten(this.#stage, renderBriefly(written.refusals)) : undefined;
      }
      const { file: state } = this.#kept;
      // Not `pulumi stack import`: it drops whatever is pending.
      const file: unknown = JSON.parse(await readFile(state, "utf8"));
      const completed = withForgotten(file, this.#begun);
      if (completed !== undefined) await replaceFile(state, JSON.stringify(completed));
      return undefined;
    } catch (error) {
      return notWritten(this.#stage, error instanceof Error ? error.message : String(error));
    }
  }
}

function lookInFile(state: string | undefined): readonly JsonObject[] | undefined {
  for (let tries = 0; state !== undefined && tries < TRIES; tries += 1) {
    try {
      return pendingOf(JSON.parse(readFileSync(state, "utf8")));
    } catch (error) {
      // The first update of all has not written it yet.
      if (codeOf(error) === "ENOENT" && tries === TRIES - 1) return [];
      // Being written at this moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BETWEEN_TRIES_MS);
    }
  }
  return undefined;
}

function lookElsewhere(stage: string): readonly JsonObject[] | undefined {
  try {
    const deployment = lookAtExport(stage);
    return deployment === undefined ? undefined : listOf(deployment["pending_operations"]);
  } catch {
    // Half an answer.
    return undefined;
  }
}

/** A state file that says of everything that was begun; undefined where it does so already. */
function withForgotten(file: unknown, begun: readonly JsonObject[]): JsonObject | undefined {
  const checkpoint = isJsonObject(file) ? file["checkpoint"] : undefined;
  const latest = isJsonObject(checkpoint) ? checkpoint["latest"] : undefined;
  if (!isJsonObject(file) || !isJsonObject(checkpoint) || !isJsonObject(latest))
    throw new Error("the state is not as the engine writes it");
  const forgotten = forgottenOf(latest, begun);
  if (forgotten.length === 0) return undefined;
  const operations = [...listOf(latest["pending_operations"]), ...forgotten];
  return { ...file, checkpoint: { ...checkpoint, latest: { ...latest, pending_operations: operations } } };
}

/** Those of which a state says nothing: neither that they are pending nor, for what was to be made, that it is there. */
export function forgottenOf(deployment: JsonObject, begun: readonly JsonObject[]): readonly JsonObject[] {
  const pending = new Set(listOf(deployment["pending_operations"]).map(keyOf));
  const there = new Set(
    listOf(deployment["resources"])
      .filter((resource) => resource["delete"] !== true && resource["pendingReplacement"] !== true)
      .map(({ urn, id }) => JSON.stringify([urn, id])),
  );
  return begun.filter((operation) => {
    const resource = operation["resource"];
    if (pending.has(keyOf(operation)) || !isJsonObject(resource)) return false;
    // A look at an object does no harm; one that is made twice would.
    return operation["type"] !== "creating" || !there.has(JSON.stringify([resource["urn"], idOf(resource)]));
  });
}

function keyOf({ resource, type }: JsonObject): string {
  return JSON.stringify([isJsonObject(resource) ? resource["urn"] : undefined, type]);
}

/** As the provider will name it: `namespace/name`, or the name alone. */
function idOf({ inputs }: JsonObject): string | undefined {
  const metadata = isJsonObject(inputs) ? inputs["metadata"] : undefined;
  if (!isJsonObject(metadata) || typeof metadata["name"] !== "string") return undefined;
  const { name, namespace } = metadata;
  return typeof namespace === "string" ? `${namespace}/${name}` : name;
}

function pendingOf(file: unknown): readonly JsonObject[] {
  const checkpoint = isJsonObject(file) ? file["checkpoint"] : undefined;
  const latest = isJsonObject(checkpoint) ? checkpoint["latest"] : undefined;
  return isJsonObject(latest) ? listOf(latest["pending_operations"]) : [];
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function notWritten(stage: string, why: string): string {
  return [
    `what was begun could not be written into the state: ${why}`,
    `look at the cluster before the next update: pulumi refresh --stack ${shellWord(stage)}`,
  ].join("\n");
}
