import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { isMap, isSeq, parseDocument, type Document } from "yaml";
import { isMissing } from "../files.ts";
import type { SigningKey } from "./signing-keys.ts";

const KEY_NAME = "sandbox";
const HEADER = ` Keys whose signatures count in this sandbox (the sandbox writes the entry "${KEY_NAME}" and no other).`;

interface KeyEntry {
  readonly name: string;
  readonly publicKey: string;
  readonly stages: readonly string[];
  readonly repositories: readonly string[];
}

/**
 * Lists the sandbox's key in `<folder>/image-keys.yaml`. Other entries stay, and so does the whole file where nothing
 * is to be changed: a signed root may hold its hash.
 */
export async function writeImageKeys(folder: string, registry: string, key: SigningKey): Promise<string> {
  const file = join(folder, "image-keys.yaml");
  const entry = {
    name: KEY_NAME,
    publicKey: key.publicKey,
    stages: ["*"],
    repositories: [`${registry}/ehealth/*`, `${registry}/charts/*`],
  };
  const before = await readIfThere(file);
  const after = withEntry(before, entry);
  if (after !== before) {
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(file, after);
  }
  return file;
}

/** The text of the file with the entry in it: the same text where it is there already. */
export function withEntry(text: string, entry: KeyEntry): string {
  const document = parseDocument(text);
  // A file that is not what it should be is of no use to anybody: it is written anew.
  if (document.errors.length > 0 || !isMap(document.contents)) return fresh(entry).toString();
  const keys = document.has("keys") ? document.get("keys") : emptyList(document);
  if (!isSeq(keys)) return fresh(entry).toString();
  const index = keys.items.findIndex((item) => isMap(item) && item.get("name") === entry.name);
  const existing = index === -1 ? undefined : keys.items[index];
  if (isMap(existing) && JSON.stringify(existing.toJSON()) === JSON.stringify(entry)) return text;
  if (index === -1) keys.add(document.createNode(entry));
  else keys.set(index, document.createNode(entry));
  return document.toString();
}

/** For a file that so far lists identities alone. */
function emptyList(document: Document): unknown {
  document.set("keys", document.createNode([]));
  return document.get("keys");
}

function fresh(entry: KeyEntry): Document {
  const document = parseDocument("{}");
  document.contents = document.createNode({ keys: [entry] }) as unknown as typeof document.contents;
  document.commentBefore = HEADER;
  return document;
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}
