import { projectRoot } from "../adapters/project.ts";
import { ProcessError } from "../adapters/processes.ts";
import { signWithSshKey, verifySshSignature } from "../adapters/trust/ssh-keygen.ts";
import { checkSigner } from "../delivery/coverage/people.ts";
import { accepted, andThen, refused, RefusalError, type Outcome, type Place, type Refusal } from "../model/refusal.ts";
import { renderSignedTime } from "../model/statements/signed-json.ts";
import type { AllowedSigners } from "../model/trust/allowed-signers.ts";
import { signerLines, type SignerLine } from "../model/trust/signer-lines.ts";
import type { Trust } from "../model/trust/trust.ts";
import { inTrustFolder } from "./trust-folder-place.ts";
import { findSigningKey, refuseKey, withKeyFile, type SigningKey } from "./signing-key.ts";

/** Somebody whose key this machine can sign with. */
export interface Signer {
  /** Whose key it is, by allowed_signers. */
  readonly principal: string;
  readonly key: SigningKey;
}

export interface SignerSearch {
  /** What --key says. */
  readonly key: string | undefined;
  readonly trust: Pick<Trust, "allowedSigners" | "roles" | "revocations">;
  /** What is to be signed: `statement@lockstep`, `approval@lockstep`. */
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** @default now */
  readonly nowMs?: number;
  /** What --key is relative to. @default the working directory */
  readonly folder?: string;
  /** Whose git configuration counts. @default this project */
  readonly project?: string;
  /** @default the user's */
  readonly home?: string;
}

/** Who signs here: the person of allowed_signers with the key of --key, of git, of ~/.ssh, or of the agent. */
export async function findSigner(search: SignerSearch): Promise<Outcome<Signer>> {
  const { trust, namespace, nowMs = Date.now(), folder = process.cwd(), project = projectRoot, ...rest } = search;
  const key = await findSigningKey({ ...rest, folder, project });
  return inTrustFolder(andThen(key, (found) => whoSigns(found, trust, namespace, nowMs)));
}

/** Whose key it is, where what it signs now counts. */
function whoSigns(
  key: SigningKey,
  { allowedSigners, roles, revocations }: SignerSearch["trust"],
  namespace: string,
  nowMs: number,
): Outcome<Signer> {
  const { fingerprint } = key.key;
  const found = `${fingerprint}, ${key.origin}`;
  const lines = signerLines(allowedSigners.text).filter((line) => line.fingerprint === fingerprint);
  const [line] = lines;
  if (line === undefined) {
    const expected = "a key of somebody in allowed_signers";
    const action = "name your key with --key, or have it added: edit allowed_signers, then npm run trust -- edit";
    return refused([{ code: "unknown-signer", place: PLACE, found, expected, action }]);
  }
  const refusals = lines.some(({ principal }) => principal !== line.principal)
    ? [refuseTwoNames(lines, found)]
    : refuseLine(line, namespace, nowMs);
  const { principal } = line;
  const endedKeys = new Set(line.endMs !== undefined && line.endMs <= nowMs ? [fingerprint] : []);
  const people = { roles, revocations, nowMs, endedKeys };
  const check = checkSigner({ kind: "valid", principal, fingerprint }, principal, nowMs, people);
  if (check.kind === "problem" && endedKeys.size === 0) refusals.push(refuseRevoked(check.problem));
  return refusals.length > 0 ? refused(refusals) : accepted({ principal, key });
}

const PLACE: Place = { file: "allowed_signers" };
const OTHER_KEY = "sign with another key (--key), or have it changed: npm run trust -- edit";

/** The file's parser refuses it as well; nobody signs in two names whatever it does. */
function refuseTwoNames(lines: readonly SignerLine[], found: string): Refusal {
  return {
    code: "two-principals",
    place: PLACE,
    found: `${found}, of ${lines.map(({ principal }) => principal).join(" and ")}`,
    expected: "every key once: one key is one person's",
    action: "remove one of the lines, then npm run trust -- edit",
  };
}

function refuseLine(
  { principal, namespaces, startMs, endMs }: SignerLine,
  namespace: string,
  nowMs: number,
): Refusal[] {
  const refusals: Refusal[] = [];
  if (namespaces?.includes(namespace) === false) {
    refusals.push({
      code: "other-namespaces",
      place: PLACE,
      found: `a key of ${principal} for ${namespaces.join(", ")}`,
      expected: `one that signs ${namespace}`,
      action: OTHER_KEY,
    });
  }
  const early = startMs !== undefined && nowMs < startMs;
  if (early || (endMs !== undefined && endMs <= nowMs)) {
    refusals.push({
      code: "key-not-valid-now",
      place: PLACE,
      found: `a key of ${principal} that counts ${early ? `from ${renderSignedTime(startMs)} on` : `until ${renderSignedTime(endMs ?? 0)}`}`,
      expected: "a key that counts now",
      action: OTHER_KEY,
    });
  }
  return refusals;
}

function refuseRevoked(problem: string): Refusal {
  return {
    code: "revoked-key",
    place: { file: "revoked.yaml" },
    found: problem,
    expected: "a key that still counts",
    action: "sign with another key (--key) that allowed_signers has",
  };
}

/**
 * The armoured signature, after ssh-keygen said that it is good for this principal at that time: nothing is written
 * down that nobody could verify.
 * @param atMs the time that the document gives
 * @throws RefusalError where the key cannot sign, or what it signed does not count
 */
export async function signAs(
  { principal, key }: Signer,
  namespace: string,
  message: string,
  allowedSigners: Pick<AllowedSigners, "text">,
  atMs: number,
  signal: AbortSignal,
): Promise<string> {
  if (key.key.type.startsWith("sk-")) process.stderr.write(`touch the security key of ${principal} …\n`);
  const signature = await withKeyFile(key, (file) => signWithSshKey({ key: file, namespace, message, signal })).catch(
    (error: unknown) => {
      if (error instanceof ProcessError && (error.code === "failed" || error.code === "timed-out"))
        throw new RefusalError([refuseKey(key, error)]);
      throw error;
    },
  );
  const { text } = allowedSigners;
  const check = await verifySshSignature({
    allowedSigners: text,
    ...{ principal, namespace, signature, message, atMs, signal },
  });
  if (check.kind === "valid" && check.fingerprint === key.key.fingerprint) return signature;
  throw new RefusalError([
    {
      code: "signature-not-good",
      place: { path: key.file ?? key.key.fingerprint },
      found: check.kind === "invalid" ? check.reason : `a signature by another key, ${check.fingerprint}`,
      expected: `a signature of ${principal} that counts at ${renderSignedTime(atMs)}`,
      action: "look at the key and at this machine's clock; nothing was written",
    },
  ]);
}
