import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { renderRoot, ROOT_NAMESPACE, type Root } from "../../model/trust/root.ts";
import { ROOT_FOLDER } from "../../model/trust/trust-files.ts";
import { replaceFile } from "../disk.ts";
import { signWithSshKey } from "./ssh-keygen.ts";

/** Writes `root/<version>.json`; nobody has signed it yet. */
export async function writeRoot(folder: string, root: Root): Promise<void> {
  await mkdir(join(folder, ROOT_FOLDER), { recursive: true });
  await replaceFile(join(folder, ROOT_FOLDER, `${root.version}.json`), renderRoot(root));
}

/** Removes a root and its signatures, those first: none must ever lie beside a root that it is not about. */
export async function removeRoot(folder: string, version: number): Promise<void> {
  const names = await readdir(join(folder, ROOT_FOLDER));
  const signatures = names.filter((name) => name.startsWith(`${version}.`) && name.endsWith(".sig"));
  for (const name of signatures) await rm(join(folder, ROOT_FOLDER, name));
  await rm(join(folder, ROOT_FOLDER, `${version}.json`), { force: true });
}

/**
 * The armoured signature of a root.
 * @param key a private key's file, or a public key's whose private half the agent has
 */
export async function signRoot(root: Root, key: string, signal?: AbortSignal): Promise<string> {
  const request = { key, namespace: ROOT_NAMESPACE, message: renderRoot(root) };
  return signWithSshKey(signal === undefined ? request : { ...request, signal });
}

/**
 * Lays a signature beside its root, under the next number.
 * @param count how many it has
 * @returns the file's name in the trust folder
 */
export async function writeRootSignature(
  folder: string,
  version: number,
  count: number,
  signature: string,
): Promise<string> {
  const name = `${ROOT_FOLDER}/${version}.${count + 1}.sig`;
  await replaceFile(join(folder, name), signature);
  return name;
}
