import { readFile } from "node:fs/promises";
import path from "node:path";
import { hashRules } from "../src/adapters/trust/hash-rules.ts";
import { hashTrustFiles, readTrustFiles } from "../src/adapters/trust/read-trust-files.ts";
import { signRoot, writeRoot, writeRootSignature } from "../src/adapters/trust/write-root.ts";
import { orThrow } from "../src/model/refusal.ts";
import { renderRoot, type Root } from "../src/model/trust/root.ts";
import { ROOT_FOLDER } from "../src/model/trust/trust-files.ts";
import { adoptedImages } from "./samples/adopted-images.ts";
import { writeEnvironment } from "./environment.ts";
import { newestRoot } from "./newest-root.ts";
import { ensurePeople, type Person } from "./people.ts";
import { asOwner, writeTrustFiles } from "./trust-files.ts";
import type { UpStep } from "./up.ts";

const PROJECT = path.resolve(import.meta.dirname, "..");

/** People, the files that say who they are, and the root over all of it: after the stages and the image keys. */
export const trustRootStep: UpStep = {
  title: "Trust",
  async run({ location, tools, signal }) {
    const people = await ensurePeople(location, signal);
    await writeTrustFiles(location.trust, { people, adopted: adoptedImages(location.registry) });
    const written = await signTrust({ trust: location.trust, project: PROJECT, owner: ownerOf(people), signal });
    // Written before, with the anchor of the root before.
    if (written) await writeEnvironment(location, tools);
  },
};

export interface TrustToSign {
  /** The folder. */
  readonly trust: string;
  /** Whose policy/ the root is to list. */
  readonly project: string;
  readonly owner: Person;
  readonly signal?: AbortSignal;
}

/** Writes and signs the next root where a file or a rule is not as the newest one lists it. @returns whether it did */
export async function signTrust({ trust, project, owner, signal }: TrustToSign): Promise<boolean> {
  const files = orThrow(readTrustFiles(trust), 2);
  const rules = orThrow(hashRules(project), 2);
  const newest = newestRoot(trust)?.version ?? 0;
  const content = { files: hashTrustFiles(files), rules, owners: [asOwner(owner)], threshold: 1 };
  if (newest > 0 && (await isWritten(trust, { ...content, version: newest }))) return false;
  const root: Root = { ...content, version: newest + 1 };
  const signature = await signRoot(root, owner.keyFile, signal);
  // One that somebody began with `trust edit` is replaced.
  await writeRoot(trust, root);
  await writeRootSignature(trust, root.version, 0, signature);
  return true;
}

export function ownerOf(people: readonly Person[]): Person {
  const owner = people.find(({ name }) => name === "owner");
  if (owner === undefined) throw new Error("the sandbox has no owner of its root");
  return owner;
}

async function isWritten(trust: string, root: Root): Promise<boolean> {
  const text = await readFile(path.join(trust, ROOT_FOLDER, `${root.version}.json`), "utf8");
  return text === renderRoot(root);
}
