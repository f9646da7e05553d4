import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { run } from "../src/adapters/processes.ts";
import { isMissing } from "./files.ts";
import type { SandboxLocation } from "./location.ts";

/** A person of the demonstration, or what deploys for them: a key pair on disk that counts in one sandbox and nowhere else. */
export interface Person {
  readonly name: PersonName;
  readonly principal: string;
  /** Without a passphrase; the public key lies beside it. */
  readonly keyFile: string;
  /** Type and base64. */
  readonly key: string;
}

export type PersonName = "owner" | "anna" | "ben" | "carla" | "dora" | "deployer";

/** The members of the groups that the project's gates name; a group of another name gets all people. */
export const MEMBERS: Readonly<Record<string, readonly PersonName[]>> = {
  "release-managers": ["anna", "ben"],
  operations: ["carla", "dora"],
  deployers: ["deployer"],
};

const NAMES: readonly PersonName[] = ["owner", "anna", "ben", "carla", "dora", "deployer"];

/** Where the keys of people lie: `<folder>/<name>` and `<name>.pub`. */
export function peopleFolder({ folder }: Pick<SandboxLocation, "folder">): string {
  return path.join(folder, "keys", "people");
}

/** Everybody, with a key pair each: what is there stays. */
export async function ensurePeople(location: SandboxLocation, signal: AbortSignal): Promise<readonly Person[]> {
  const folder = peopleFolder(location);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return Promise.all(NAMES.map(async (name) => (await readPerson(folder, name)) ?? makePerson(folder, name, signal)));
}

export async function readPerson(folder: string, name: PersonName): Promise<Person | undefined> {
  const keyFile = path.join(folder, name);
  try {
    const [publicKey] = await Promise.all([readFile(`${keyFile}.pub`, "utf8"), readFile(keyFile)]);
    const key = publicKey.trim().split(" ").slice(0, 2).join(" ");
    return { name, principal: principalOf(name), keyFile, key };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** In a folder beside them; the public key is moved last: an interrupted run leaves no half of a pair that counts. */
async function makePerson(folder: string, name: PersonName, signal: AbortSignal): Promise<Person> {
  const draft = await mkdtemp(path.join(folder, "draft-"));
  try {
    const file = path.join(draft, name);
    const flags = ["-q", "-t", "ed25519", "-N", "", "-C", principalOf(name)];
    await run("ssh-keygen", [...flags, "-f", file], { signal });
    await rename(file, path.join(folder, name));
    await rename(`${file}.pub`, path.join(folder, `${name}.pub`));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const person = await readPerson(folder, name);
  if (person === undefined) throw new Error(`ssh-keygen left no key pair of ${name}`);
  return person;
}

function principalOf(name: PersonName): string {
  return `${name}@sandbox.example`;
}
