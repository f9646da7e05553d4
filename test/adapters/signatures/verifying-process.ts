import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { registryClient } from "../../../src/adapters/registry/registry-client.ts";
import { verifySignature } from "../../../src/adapters/signatures/verify-signature.ts";
import { ContentStore } from "../../../src/adapters/store/content-store.ts";
import { isDigest } from "../../../src/model/digest.ts";

/** A process of its own that verifies one image in many stores: `<registry> <digest> <public key> <folder> <rounds>`. */
const [registry = "", digest = "", keyFile = "", folder = "", rounds = ""] = process.argv.slice(2);
if (!isDigest(digest)) throw new Error(`not a digest: ${digest}`);
const keys = [{ name: "release", publicKey: createPublicKey(await readFile(keyFile)) }];
const client = registryClient();
let signed = 0;
for (let round = 0; round < Number(rounds); round++) {
  const sources = { registry: client, store: new ContentStore(join(folder, String(round))) };
  const verdict = await verifySignature({ reference: { registry, repository: "ehealth/app", digest }, keys }, sources);
  if (verdict.kind === "signed") signed++;
}
process.stdout.write(`${signed}\n`);
