import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ProcessError, run } from "../adapters/processes.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { parseSshPublicKey, type SshPublicKey } from "../model/ssh-public-key.ts";
import { isPrincipal } from "../model/trust/principal.ts";

/** An SSH key that this machine can sign with. */
export interface SigningKey {
  readonly key: SshPublicKey;
  /** What ssh-keygen is given: the private key, or the public one of a key in the agent. Undefined: only the agent has it. */
  readonly file: string | undefined;
  /** Where it was found, for people. */
  readonly origin: string;
}

export interface KeySearch {
  /** What --key says. */
  readonly key: string | undefined;
  /** What --key is relative to. */
  readonly folder: string;
  /** Whose git configuration counts. */
  readonly project: string;
  readonly signal: AbortSignal;
  /** @default the user's */
  readonly home?: string;
}

/** In the order in which they are taken; all that OpenSSH makes by default, newest kind first. */
const USUAL_FILES = ["id_ed25519", "id_ecdsa", "id_ed25519_sk", "id_ecdsa_sk", "id_rsa"];

/** The key of --key, else the one git signs with, else the usual one in ~/.ssh, else the only one in the agent. */
export async function findSigningKey(search: KeySearch): Promise<Outcome<SigningKey>> {
  if (search.key !== undefined) return readKey(resolve(search.folder, search.key), "--key", search.signal);
  const configured = await gitKey(search);
  if (configured !== undefined) return configured;
  return (await usualKey(search)) ?? (await agentKey(search));
}

/** The person's name in allowed_signers: --principal, else git's user.email. */
export async function findPrincipal({
  principal,
  project,
  signal,
  option = "--principal",
}: {
  readonly principal: string | undefined;
  /** What the verb calls it. */
  readonly option?: string;
  readonly project: string;
  readonly signal: AbortSignal;
}): Promise<Outcome<string>> {
  const found = principal ?? (await gitValue(["user.email"], project, signal));
  if (found !== undefined && isPrincipal(found)) return accepted(found);
  return refused([
    {
      code: "no-principal",
      place: { path: principal === undefined ? "git config user.email" : option },
      found: found ?? "nothing",
      expected: "a name such as anna@example.com",
      action: `git config user.email <address>, or ${option} <address>`,
    },
  ]);
}

/** The key of a public key file, or the public half of a private one. */
export async function readKey(file: string, origin: string, signal: AbortSignal): Promise<Outcome<SigningKey>> {
  const text = await publicText(file, signal);
  const key = text === undefined ? undefined : keyOf(text);
  return key === undefined ? refused([unusable(file, origin)]) : accepted({ key, file, origin });
}

/** The key of a line as ssh-keygen writes it into `.pub` files: type, base64, comment. */
function keyOf(line: string): SshPublicKey | undefined {
  const parsed = parseSshPublicKey(line.trim().split(/\s+/).slice(0, 2).join(" "));
  return parsed.kind === "key" ? parsed.key : undefined;
}

/** Does something with a file that ssh-keygen can sign with: a key that only the agent has gets one for the while. */
export async function withKeyFile<T>(key: SigningKey, work: (file: string) => Promise<T>): Promise<T> {
  if (key.file !== undefined) return work(key.file);
  const folder = await mkdtemp(join(tmpdir(), "lockstep-key-"));
  try {
    const file = join(folder, "key.pub");
    await writeFile(file, `${key.key.text}\n`);
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a key that ssh-keygen cannot sign with. */
export function refuseKey({ file, origin, key }: SigningKey, { stderr }: ProcessError): Refusal {
  return {
    code: "cannot-sign",
    place: { path: file ?? key.fingerprint },
    found: `ssh-keygen: ${stderr.trim().split("\n")[0] ?? "no signature"}`,
    expected: `a key that signs without asking (${origin}): one with a passphrase is in the agent`,
    action: `ssh-add ${file?.replace(/\.pub$/, "") ?? ""}`.trim(),
  };
}

async function gitKey({ project, signal }: KeySearch): Promise<Outcome<SigningKey> | undefined> {
  const value = await gitValue(["--type=path", "user.signingkey"], project, signal);
  // With another format it is the name of a GnuPG key.
  if (value === undefined || (await gitValue(["gpg.format"], project, signal)) !== "ssh") return undefined;
  const origin = "git's user.signingkey";
  const literal = keyOf(value.replace(/^key::/, ""));
  if (literal !== undefined) return accepted({ key: literal, file: undefined, origin });
  return readKey(resolve(project, value), origin, signal);
}

async function usualKey({ signal, home = homedir() }: KeySearch): Promise<Outcome<SigningKey> | undefined> {
  for (const name of USUAL_FILES) {
    const found = await readKey(join(home, ".ssh", `${name}.pub`), `~/.ssh/${name}.pub`, signal);
    if (found.kind === "accepted") return found;
  }
  return undefined;
}

/** One key is an answer, several are a question. */
async function agentKey({ signal }: KeySearch): Promise<Outcome<SigningKey>> {
  const keys = (await outputOf("ssh-add", ["-L"], signal))?.split("\n").flatMap((line) => keyOf(line) ?? []) ?? [];
  const [key] = keys;
  if (key !== undefined && keys.length === 1) return accepted({ key, file: undefined, origin: "the SSH agent" });
  return refused([
    {
      code: "no-signing-key",
      place: { path: "--key" },
      found:
        keys.length === 0
          ? "no SSH key: git's user.signingkey (gpg.format ssh), ~/.ssh and the agent have none"
          : `${keys.length} keys in the SSH agent`,
      expected: "one SSH key to sign with",
      action: "name it: --key ~/.ssh/<name>.pub; a new one: ssh-keygen -t ed25519",
    },
  ]);
}

async function publicText(file: string, signal: AbortSignal): Promise<string | undefined> {
  for (const candidate of file.endsWith(".pub") ? [file] : [`${file}.pub`, file]) {
    const text = await readFile(candidate, "utf8").catch(() => undefined);
    if (text !== undefined && keyOf(text) !== undefined) return text;
  }
  // A private key without its public half beside it; asks nothing where it has a passphrase.
  return outputOf("ssh-keygen", ["-y", "-P", "", "-f", file], signal);
}

function unusable(file: string, origin: string): Refusal {
  return {
    code: "no-signing-key",
    place: { file, path: origin },
    found: "no SSH key that can be read",
    expected: "a key of ssh-keygen's, with its public half (.pub) beside it",
    action: "correct the name, or make one: ssh-keygen -t ed25519",
  };
}

async function gitValue(question: readonly string[], folder: string, signal: AbortSignal): Promise<string | undefined> {
  const value = await outputOf("git", ["-C", folder, "config", "--get", ...question], signal);
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

/** Undefined where the program says no, or is not there: somewhere else is looked then. */
async function outputOf(file: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await run(file, args, { signal, timeoutMs: 10_000 })).stdout;
  } catch (error) {
    if (error instanceof ProcessError && (error.code === "failed" || error.code === "not-found")) return undefined;
    throw error;
  }
}
