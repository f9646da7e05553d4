import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../src/adapters/processes.ts";
import { registryClient, type RegistryClient } from "../../src/adapters/registry/registry-client.ts";
import { RegistryError, toRefusal } from "../../src/adapters/registry/registry-error.ts";
import { Slots } from "../../src/adapters/slots.ts";
import { nameOf, renderReference, type PinnedReference } from "../../src/model/reference.ts";
import { RefusalError } from "../../src/model/refusal.ts";
import type { Signer } from "./applications.ts";
import type { Artefact } from "./artefact.ts";
import { referenceOf, sampleArtefacts } from "./artefacts.ts";
import { writeLayout } from "./layout.ts";
import { offlineCosign, type Cosign } from "./signatures.ts";
import { signingKeyIn, type SigningKey } from "./signing-keys.ts";
import { SigningRecord } from "./signing-record.ts";
import { writeImageKeys } from "./trust-file.ts";

export interface PublishOptions {
  /** The sandbox's folder; keys, trust and the record of what was signed are kept in it. */
  readonly sandboxDir: string;
  /** Host and port. */
  readonly registry: string;
  /** Paths of the programs. */
  readonly tools: { readonly crane: string; readonly cosign: string };
  readonly signal?: AbortSignal;
  /** Called with one line for people per thing done; never for what is there already. */
  readonly onProgress?: (message: string) => void;
}

export interface PublishedSamples {
  /** Everything that the registry now has, in a fixed order. */
  readonly references: readonly PinnedReference[];
  /** How many of them this run pushed, and how many it signed. */
  readonly pushed: number;
  readonly signed: number;
  /** The file that lists the sandbox's key. */
  readonly trustFile: string;
}

interface Workshop {
  readonly options: PublishOptions;
  readonly client: RegistryClient;
  readonly cosign: Cosign;
  readonly keys: Readonly<Record<Exclude<Signer, "nobody">, SigningKey>>;
  readonly record: SigningRecord;
  /** Where layouts lie while they are pushed. */
  readonly layouts: string;
}

/** Processes at once: signing is bound by the processor. */
const CONCURRENCY = 4;
const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/**
 * Brings the registry to have every sample image and chart, signed as the sample data says. What is there stays; run
 * again after an interruption, it goes on where it was. Not for two processes at once: the sandbox's lock is held.
 * @throws RefusalError `registry-…` where the registry does not answer as it should
 */
export async function publishSamples(options: PublishOptions): Promise<PublishedSamples> {
  return publishArtefacts(await sampleArtefacts(), options);
}

/** The same for any images and charts. */
export async function publishArtefacts(
  artefacts: readonly Artefact[],
  options: PublishOptions,
): Promise<PublishedSamples> {
  const { sandboxDir, registry } = options;
  await mkdir(sandboxDir, { recursive: true });
  const layouts = await mkdtemp(join(sandboxDir, "layouts-"));
  try {
    const workshop = await openWorkshop(options, layouts);
    const trustFile = await writeImageKeys(join(sandboxDir, "trust"), registry, workshop.keys.sandbox);
    const outcomes = await publishAll(artefacts, workshop);
    return {
      references: artefacts.map((artefact) => referenceOf(registry, artefact)),
      pushed: outcomes.filter((outcome) => outcome.pushed).length,
      signed: outcomes.filter((outcome) => outcome.signed).length,
      trustFile,
    };
  } catch (error) {
    throw error instanceof RegistryError ? new RefusalError([toRefusal(error, { path: registry })]) : error;
  } finally {
    await rm(layouts, { recursive: true, force: true });
  }
}

async function openWorkshop(options: PublishOptions, layouts: string): Promise<Workshop> {
  const { sandboxDir, tools, signal } = options;
  const call = { cosign: tools.cosign, ...(signal === undefined ? {} : { signal }) };
  const [sandbox, stranger, cosign, record] = await Promise.all([
    signingKeyIn(join(sandboxDir, "keys", "sandbox"), call),
    signingKeyIn(join(sandboxDir, "keys", "stranger"), call),
    offlineCosign(join(sandboxDir, "cosign"), call),
    SigningRecord.read(join(sandboxDir, "samples.json")),
  ]);
  return { options, client: registryClient(), cosign, keys: { sandbox, stranger }, record, layouts };
}

interface Outcome {
  readonly pushed: boolean;
  readonly signed: boolean;
}

/** The first failure ends the others; returns or throws only when nothing is running any more. */
async function publishAll(artefacts: readonly Artefact[], workshop: Workshop): Promise<readonly Outcome[]> {
  const failure = new AbortController();
  const { signal = failure.signal } = workshop.options;
  const options = { ...workshop.options, signal: AbortSignal.any([signal, failure.signal]) };
  const slots = new Slots(CONCURRENCY);
  const work = artefacts.map((artefact) =>
    slots
      .use(() => publish(artefact, { ...workshop, options }))
      .catch((error: unknown) => {
        failure.abort(error);
        throw error;
      }),
  );
  await Promise.allSettled(work);
  await workshop.record.write();
  failure.signal.throwIfAborted();
  return Promise.all(work);
}

async function publish(artefact: Artefact, workshop: Workshop): Promise<Outcome> {
  const { options, client, keys } = workshop;
  options.signal?.throwIfAborted();
  const reference = referenceOf(options.registry, artefact);
  const pushed = !(await isThere(reference, client, options.signal));
  if (pushed) await push(artefact, reference, workshop);
  if (artefact.signedBy === "nobody") return { pushed, signed: false };
  return { pushed, signed: await ensureSigned(reference, keys[artefact.signedBy], workshop) };
}

/** True where the tag stands for this digest: a tag that somebody moved is moved back. */
async function isThere(reference: PinnedReference, client: RegistryClient, signal?: AbortSignal): Promise<boolean> {
  const { registry, repository, tag } = reference;
  try {
    const found = await client.resolve({ registry, repository, tag }, withSignal(signal));
    return found === reference.digest;
  } catch (error) {
    if (error instanceof RegistryError && error.code === "not-found") return false;
    throw error;
  }
}

async function push(artefact: Artefact, reference: PinnedReference, workshop: Workshop): Promise<void> {
  const { options, layouts } = workshop;
  const folder = join(layouts, `${artefact.repository}-${artefact.tag}`.replaceAll("/", "-"));
  const target = `${nameOf(reference)}:${reference.tag}`;
  options.onProgress?.(`pushing ${target}`);
  await writeLayout(folder, artefact);
  const { stdout } = await run(options.tools.crane, ["push", folder, target], {
    env: { DOCKER_CONFIG: layouts },
    ...withSignal(options.signal),
  });
  // The pins in the stack file are computed, not asked of the registry: they must be what the registry stores.
  if (!stdout.trim().endsWith(`@${reference.digest}`)) {
    throw new Error(`${renderReference(reference)} has become ${stdout.trim()} in the registry`);
  }
}

/** True where this run signed it. Signing twice would append a second signature. */
async function ensureSigned(reference: PinnedReference, key: SigningKey, workshop: Workshop): Promise<boolean> {
  const { options, cosign, record } = workshop;
  if (record.has(reference, key.fingerprint) && (await hasSignature(reference, workshop))) return false;
  const isSigned = await cosign.isSignedBy(reference, key);
  if (!isSigned) {
    options.onProgress?.(`signing ${nameOf(reference)}:${reference.tag}`);
    await cosign.sign(reference, key);
  }
  record.add(reference, key.fingerprint);
  return !isSigned;
}

/** By anybody: with the record, enough to know that the registry still has what was put there. */
async function hasSignature(reference: PinnedReference, { options, client }: Workshop): Promise<boolean> {
  const referrers = await client.referrers(reference, withSignal(options.signal));
  return referrers.some(({ artifactType }) => artifactType === BUNDLE_TYPE);
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
