import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefusalError } from "../../model/refusal.ts";
import { parseSshSignature } from "../../model/ssh-signature.ts";
import type { SignatureCheck } from "../../model/statements/signed-statement.ts";
import { isPrincipal } from "../../model/trust/principal.ts";
import { ProcessError, run } from "../processes.ts";
import { Slots } from "../slots.ts";

export interface SignatureQuestion {
  /** The text of an allowed_signers file. */
  readonly allowedSigners: string;
  readonly principal: string;
  readonly namespace: string;
  /** Armoured, as `ssh-keygen -Y sign` writes it. */
  readonly signature: string;
  readonly message: Uint8Array | string;
  /** When it was signed: keys count for a time. Undefined: now. */
  readonly atMs: number | undefined;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 20_000;
/** A security key waits for somebody's touch. */
const SIGNING_TIMEOUT_MS = 120_000;
/** Each takes a process, some milliseconds and no network. */
const slots = new Slots(8);
/** `Z` behind a time is read since OpenSSH 9.1; before, and for older ones, the zone must be UTC anyway. */
const ENVIRONMENT = { TZ: "UTC", LC_ALL: "C" };

/**
 * Whether a principal signed a message, in a namespace, with a key that counts at a time: the system's ssh-keygen
 * decides, by its exit code.
 * @throws RefusalError `no-ssh-keygen`; ProcessError where it was cancelled
 */
export async function verifySshSignature(question: SignatureQuestion): Promise<SignatureCheck> {
  const { principal, namespace, signature, atMs } = question;
  const parsed = parseSshSignature(signature);
  if (parsed.kind === "malformed") return invalid(parsed.reason);
  if (parsed.signature.namespace !== namespace)
    return invalid(`made for ${parsed.signature.namespace}, not for ${namespace}`);
  // ssh-keygen would take more than that, as patterns.
  if (!isPrincipal(principal)) return invalid("not a principal");
  const time = atMs === undefined ? [] : timeOption(atMs);
  if (time === undefined) return invalid("signed at a time that ssh-keygen cannot be asked about");
  const reason = await slots.use(() => askSshKeygen(question, time));
  return reason === undefined
    ? { kind: "valid", principal, fingerprint: parsed.signature.fingerprint }
    : invalid(reason);
}

export interface SigningRequest {
  /** A private key's file, or that of a public key whose private half the SSH agent has. */
  readonly key: string;
  readonly namespace: string;
  readonly message: Uint8Array | string;
  readonly signal?: AbortSignal;
}

/**
 * The armoured signature of a message. No passphrase is asked for: a key that has one is in the agent.
 * @throws RefusalError `no-ssh-keygen`; ProcessError where ssh-keygen cannot sign
 */
export async function signWithSshKey({ key, namespace, message, signal }: SigningRequest): Promise<string> {
  const { stdout } = await runSshKeygen(
    ["-Y", "sign", "-f", key, "-n", namespace],
    message,
    signal,
    SIGNING_TIMEOUT_MS,
  );
  return stdout;
}

/** Undefined where the signature is good, else the reason. */
async function askSshKeygen(question: SignatureQuestion, time: readonly string[]): Promise<string | undefined> {
  const { allowedSigners, principal, namespace, signature, message, signal } = question;
  // Private to this user, with a name that nobody knows before.
  const folder = await mkdtemp(join(tmpdir(), "lockstep-ssh-"));
  try {
    const signers = join(folder, "allowed_signers");
    const armoured = join(folder, "signature");
    const options = { flag: "wx", mode: 0o600 };
    await Promise.all([writeFile(signers, allowedSigners, options), writeFile(armoured, signature, options)]);
    const args = ["-Y", "verify", "-f", signers, "-I", principal, "-n", namespace, "-s", armoured, ...time];
    await runSshKeygen(args, message, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code === "cancelled") throw error;
    if (error.code === "timed-out") return "ssh-keygen did not answer in time";
    return reasonOf(error, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runSshKeygen(
  args: readonly string[],
  input: Uint8Array | string,
  signal: AbortSignal | undefined,
  timeoutMs = TIMEOUT_MS,
) {
  try {
    const options = { env: ENVIRONMENT, timeoutMs, ...(signal === undefined ? {} : { signal }) };
    return await run("ssh-keygen", args, { ...options, input });
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code !== "not-found") throw error;
    throw new RefusalError([
      {
        code: "no-ssh-keygen",
        place: { path: "PATH" },
        found: "no ssh-keygen",
        expected: "OpenSSH 8.9 or later: signatures of people are verified with it",
        action: "install it: apt-get install openssh-client, or brew install openssh",
      },
    ]);
  }
}

/** What it said first is the most exact; it names our temporary file. */
function reasonOf({ stderr, stdout, exitCode }: ProcessError, folder: string): string {
  const said = `${stderr}\n${stdout}`.split("\n").find((line) => line.trim() !== "");
  const line = said?.replaceAll(`${folder}/`, "").slice(0, 200) ?? `exit code ${exitCode ?? "unknown"}`;
  return `ssh-keygen: ${line}`;
}

/** To the second, with four digits of the year; ssh-keygen keeps zero for "no time given". */
function timeOption(atMs: number): readonly string[] | undefined {
  if (!Number.isFinite(atMs) || atMs < 1000 || atMs >= Date.UTC(10_000, 0)) return undefined;
  return ["-O", `verify-time=${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`];
}

function invalid(reason: string): SignatureCheck {
  return { kind: "invalid", reason };
}
