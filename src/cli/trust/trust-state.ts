import { projectRoot, trustFolder } from "../../adapters/project.ts";
import { hashRules } from "../../adapters/trust/hash-rules.ts";
import { readRoots } from "../../adapters/trust/read-roots.ts";
import { hashTrustFiles, readTrustFiles, type TrustFiles } from "../../adapters/trust/read-trust-files.ts";
import { checkRoot } from "../../adapters/trust/root-evidence.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { walkChain, type KnownRoot, type RootChain } from "../../delivery/trust-root/chain-walk.ts";
import { refuseFiles } from "../../model/trust/listed-files.ts";
import type { TrustContent } from "../../delivery/trust-root/next-root.ts";
import { refuseMalformedAnchor } from "../../model/trust/verify-root.ts";
import { accepted, combine, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { ANCHOR_VARIABLE, parseAnchor, type Anchor } from "../../model/trust/anchor.ts";
import type { Root } from "../../model/trust/root.ts";

/** What lies in a trust folder, and what of it counts. */
export interface TrustState extends RootChain {
  readonly folder: string;
  /** The folder, for people. */
  readonly display: string;
  readonly files: TrustFiles;
  /** The hashes of what is there now. */
  readonly content: TrustContent;
  readonly anchor: Anchor | undefined;
}

/** Reads the files, hashes the rules, verifies every root from the anchor's on, or from the first where none is set. */
export async function readTrustState(signal: AbortSignal): Promise<Outcome<TrustState>> {
  const folder = trustFolder();
  const anchor = readAnchor();
  const first = anchor.kind === "accepted" ? (anchor.value?.version ?? 1) : 1;
  const read = combine({
    anchor,
    files: readTrustFiles(folder),
    rules: hashRules(projectRoot),
    roots: readRoots(first, folder),
  });
  if (read.kind === "refused") return read;
  const evidence = await Promise.all(read.value.roots.map((root) => checkRoot(root, signal)));
  return accepted({
    folder,
    display: displayPath(folder),
    files: read.value.files,
    content: { files: hashTrustFiles(read.value.files), rules: read.value.rules },
    anchor: read.value.anchor,
    ...walkChain(read.value.anchor, evidence),
  });
}

/** The anchor of the environment; undefined where none is set. */
export function readAnchor(env: NodeJS.ProcessEnv = process.env): Outcome<Anchor | undefined> {
  const text = env[ANCHOR_VARIABLE];
  if (text === undefined || text === "") return accepted(undefined);
  const anchor = parseAnchor(text);
  return anchor === undefined ? refused([refuseMalformedAnchor(text)]) : accepted(anchor);
}

/** The newest root that counts, for verbs that go on from it. */
export function currentRoot({ counted, broken, display }: TrustState): Outcome<KnownRoot> {
  if (broken.length > 0) return refused(broken);
  if (counted !== undefined) return accepted(counted);
  return refused([
    {
      code: "no-root",
      place: { file: `${display}/root` },
      found: "no root",
      expected: "a first root, signed by an owner",
      action: "npm run trust -- init",
    },
  ]);
}

/** What is not as a root lists it. */
export function refuseChangedSince({ display, content }: TrustState, root: Root): readonly Refusal[] {
  return refuseFiles(root, { trustFolder: display, ...content });
}
