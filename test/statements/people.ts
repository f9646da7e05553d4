import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../src/adapters/processes.ts";

/** Who can sign. */
export interface Signing {
  readonly principal: string;
  /** The private key's file. */
  readonly keyFile: string;
}

/** Somebody with a real SSH key. */
export interface Person extends Signing {
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  /** As ssh-keygen prints it. */
  readonly fingerprint: string;
}

/** Makes a key without a passphrase, for a test: people have one in their agent. */
export async function makePerson(folder: string, principal: string, file = principal): Promise<Person> {
  const keyFile = join(folder, file);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", principal, "-f", keyFile]);
  const [publicText, { stdout }] = await Promise.all([
    readFile(`${keyFile}.pub`, "utf8"),
    run("ssh-keygen", ["-l", "-f", `${keyFile}.pub`]),
  ]);
  const publicKey = publicText.split(" ").slice(0, 2).join(" ");
  return { principal, keyFile, publicKey, fingerprint: stdout.split(" ")[1] ?? "" };
}

/** The text of allowed_signers. */
export function allowedSignersText(people: readonly Person[], options = SIGNS): string {
  return people.map(({ principal, publicKey }) => `${principal} ${options} ${publicKey}\n`).join("");
}

const SIGNS = 'namespaces="statement@lockstep,approval@lockstep"';
