import { trustFolder } from "../../adapters/project.ts";
import { hashRules } from "../../adapters/trust/hash-rules.ts";
import { parseTrust } from "../../adapters/trust/parse-trust.ts";
import { readRoots } from "../../adapters/trust/read-roots.ts";
import { hashTrustFiles, readTrustFiles, type TrustFiles } from "../../adapters/trust/read-trust-files.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { refuseOwners } from "../../delivery/trust-root/next-root.ts";
import { accepted, andThen, combine, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import type { Root, RootOwner } from "../../model/trust/root.ts";
import { startingFiles } from "../../model/trust/starting-files.ts";
import { REQUIRED_TRUST_FILES, type TrustFileName } from "../../model/trust/trust-files.ts";
import type { InitOptions } from "./init.ts";
import { findOpenPoints } from "./open-points.ts";
import { readOwners } from "./owner-options.ts";
import { findPrincipal, findSigningKey, type SigningKey } from "../signing-key.ts";

/** What `init` is about to write. */
export interface InitPlan {
  readonly folder: string;
  /** The folder, for people. */
  readonly display: string;
  readonly kept: readonly string[];
  /** Name and text of every file that is to be made, without the root. */
  readonly missing: ReadonlyMap<string, string>;
  readonly root: Root;
  readonly signer: RootOwner;
  readonly key: SigningKey;
  /** What gates ask for and the people named here cannot give: the root can be signed, these stages are refused. */
  readonly open: readonly Refusal[];
}

export interface InitSurroundings {
  readonly project: string;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export async function planInit(options: InitOptions, surroundings: InitSurroundings): Promise<Outcome<InitPlan>> {
  const { project, signal, now } = surroundings;
  const folder = trustFolder();
  const roots = readRoots("newest", folder);
  if (roots.kind === "accepted" && roots.value.length > 0) return refused([refuseExisting(displayPath(folder))]);
  const [files, rules] = [readTrustFiles(folder), hashRules(project)];
  const [key, principal, owners, members] = await Promise.all([
    findSigningKey({ key: options.key, folder: process.cwd(), project, signal }),
    findPrincipal({ principal: options.principal, project, signal }),
    readOwners("--add-owner", options.addOwner, signal),
    readOwners("--member", options.member, signal),
  ]);
  const known = andThen(files, (read) => parseTrust(folder, read));
  return andThen(combine({ roots, files, rules, key, principal, owners, members, known }), (read) => {
    const signer = { principal: read.principal, key: read.key.key };
    const people = distinct([signer, ...read.members]);
    const texts = startingFiles(read.known.stages, people, `${now.toISOString().slice(0, 19)}Z`);
    const missing = new Map([...texts].filter(([name]) => !read.files.has(name as TrustFileName)));
    const complete = completed(read.files, missing);
    const owned = { owners: [signer, ...read.owners], threshold: options.threshold ?? 1 };
    const judged = { open: findOpenPoints(folder, complete), owners: judgeOwners(owned.owners, owned.threshold) };
    return andThen(combine(judged), ({ open }) =>
      accepted({
        folder,
        display: displayPath(folder),
        kept: [...read.files.keys()],
        missing,
        root: { version: 1, files: hashTrustFiles(complete), rules: read.rules, ...owned },
        signer,
        key: read.key,
        open,
      }),
    );
  });
}

function judgeOwners(owners: readonly RootOwner[], threshold: number): Outcome<readonly RootOwner[]> {
  const refusals = refuseOwners(owners, threshold);
  return refusals.length > 0 ? refused(refusals) : accepted(owners);
}

function completed(files: TrustFiles, missing: ReadonlyMap<string, string>): TrustFiles {
  const made = REQUIRED_TRUST_FILES.flatMap((name) => {
    const text = missing.get(name);
    return text === undefined ? [] : [[name, Buffer.from(text)] as const];
  });
  return new Map([...files, ...made]);
}

/** Somebody who is owner and member is one person. */
function distinct(people: readonly RootOwner[]): readonly RootOwner[] {
  return people.filter(
    ({ key }, index) => people.findIndex((other) => other.key.fingerprint === key.fingerprint) === index,
  );
}

function refuseExisting(display: string): Refusal {
  return {
    code: "trust-exists",
    place: { file: `${display}/root` },
    found: "a root",
    expected: "a clone whose trust was not started yet",
    action: "npm run trust -- status; to change something: npm run trust -- edit",
  };
}
