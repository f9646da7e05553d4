import { accepted, andThen, combine, refused, RefusalError, type Outcome } from "../../model/refusal.ts";
import { type Anchor, ANCHOR_VARIABLE, parseAnchor } from "../../model/trust/anchor.ts";
import { allMisfits } from "../../model/trust/trust-misfits.ts";
import type { Trust, VerifiedRoot } from "../../model/trust/trust.ts";
import { refuseMalformedAnchor, verifyTrustRoot } from "../../model/trust/verify-root.ts";
import { projectFolder, trustFolder } from "../project.ts";
import { displayPath } from "../yaml-files.ts";
import { hashRules } from "./hash-rules.ts";
import { misfitsOf, parseTrust, type TrustContent } from "./parse-trust.ts";
import { readRoots, type StoredRoot } from "./read-roots.ts";
import { hashTrustFiles, readTrustFiles, type TrustFiles } from "./read-trust-files.ts";
import { checkRoot, readRoot, type CheckedRoot } from "./root-evidence.ts";

export interface TrustLocation {
  readonly folder: string;
  readonly project: string;
  /** The text of LOCKSTEP_TRUST_ANCHOR; empty and absent are the same. */
  readonly anchor: string | undefined;
}

/** Where this process's environment says that the trust is. */
export function trustLocation(env: NodeJS.ProcessEnv = process.env): TrustLocation {
  return { folder: trustFolder(env), project: projectFolder(env), anchor: env[ANCHOR_VARIABLE] };
}

/**
 * Everything under trust/. With an anchor it must lead to a root that lists exactly these files, for every stage: else
 * a changed stages.yaml could take a gate away. Without one, the files count as they are, and `root` is undefined.
 */
export async function loadTrust(location: TrustLocation = trustLocation()): Promise<Outcome<Trust>> {
  const { folder, anchor: text } = location;
  const files = readTrustFiles(folder);
  if (files.kind === "refused") return files;
  if (text === undefined || text === "") return withoutAnchor(folder, files.value);
  const anchor = parseAnchor(text);
  const root =
    anchor === undefined
      ? refused<VerifiedRoot>([refuseMalformedAnchor(text)])
      : await verify(anchor, location, files.value);
  const content = andThen(parseTrust(folder, files.value), (parsed) => fitting(folder, files.value, parsed));
  return andThen(combine({ root, content }), ({ content: fits, root: verified }) =>
    accepted({ ...fits, root: verified }),
  );
}

function fitting(folder: string, files: TrustFiles, content: TrustContent): Outcome<Omit<Trust, "root">> {
  const misfits = misfitsOf(folder, files, content);
  if (misfits.everywhere.length > 0) return refused(allMisfits(misfits));
  return accepted({ ...content, stageRefusals: misfits.stages });
}

function withoutAnchor(folder: string, files: TrustFiles): Outcome<Trust> {
  const newestRoot = newestAnchor(folder);
  return andThen(parseTrust(folder, files), (content) => {
    const unverified = { ...content, stageRefusals: new Map(), root: undefined };
    return accepted(newestRoot === undefined ? unverified : { ...unverified, newestRoot });
  });
}

/** For a message only: who sets this anchor must know from an owner that it is the one. */
function newestAnchor(folder: string): Anchor | undefined {
  const roots = readRoots("newest", folder);
  const [newest] = roots.kind === "accepted" ? roots.value : [];
  const read = newest === undefined ? undefined : readRoot(newest).read;
  return read?.kind === "accepted" ? { version: read.value.root.version, digest: read.value.digest } : undefined;
}

async function verify(
  anchor: Anchor,
  { folder, project }: TrustLocation,
  files: TrustFiles,
): Promise<Outcome<VerifiedRoot>> {
  const read = combine({ roots: readRoots(anchor.version, folder), rules: hashRules(project) });
  if (read.kind === "refused") return read;
  try {
    const chain = await Promise.all(read.value.roots.map((root) => checkUnlessAnchored(root, anchor)));
    const found = { trustFolder: displayPath(folder), files: hashTrustFiles(files), rules: read.value.rules };
    return verifyTrustRoot(anchor, chain, found);
  } catch (error) {
    if (error instanceof RefusalError) return refused(error.refusals);
    throw error;
  }
}

/** The anchor names its root by digest: the signatures of that one prove nothing more. */
async function checkUnlessAnchored(root: StoredRoot, anchor: Anchor): Promise<CheckedRoot> {
  return root.version === anchor.version ? readRoot(root) : checkRoot(root);
}
