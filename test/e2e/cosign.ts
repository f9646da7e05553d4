import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProcessError, run } from "../../src/adapters/processes.ts";
import type { TrustedKey } from "../../src/adapters/signatures/key-signature.ts";
import { toolPath } from "./tools.ts";

export interface Signer {
  readonly trusted: TrustedKey;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
}

export type SignatureFormat = "bundle" | "simple-signing";

/** Real cosign, offline: with an empty signing configuration and an empty trusted root. */
export interface Cosign {
  generateKey(name: string): Promise<Signer>;
  /** A key of another kind than cosign generates. */
  importKey(name: string, kind: "rsa" | "p384"): Promise<Signer>;
  sign(reference: string, signer: Signer, format?: SignatureFormat): Promise<void>;
  attest(reference: string, signer: Signer): Promise<void>;
  /** Whether `cosign verify` itself accepts the reference. */
  verifies(reference: string, signer: Signer): Promise<boolean>;
}

const ENV = { COSIGN_PASSWORD: "for tests" };

export async function offlineCosign(folder: string): Promise<Cosign> {
  const cosign = (...args: string[]): Promise<unknown> => run(toolPath("cosign"), args, { cwd: folder, env: ENV });
  await cosign("signing-config", "create", "--out", "signing-config.json");
  await cosign("trusted-root", "create", "--out", "trusted-root.json");
  const offline = ["--signing-config", "signing-config.json", "--trusted-root", "trusted-root.json"];
  const formats: Readonly<Record<SignatureFormat, readonly string[]>> = {
    bundle: offline,
    "simple-signing": ["--use-signing-config=false", "--tlog-upload=false", "--new-bundle-format=false"],
  };
  return {
    async generateKey(name) {
      await cosign("generate-key-pair", "--output-key-prefix", name);
      return signerOf(folder, name);
    },
    async importKey(name, kind) {
      await writeFile(join(folder, `${name}.pem`), privateKeyOf(kind).export({ type: "pkcs8", format: "pem" }));
      await cosign("import-key-pair", "--key", `${name}.pem`, "--output-key-prefix", name);
      return signerOf(folder, name);
    },
    async sign(reference, { privateKeyFile }, format = "bundle") {
      await cosign("sign", "--yes", "--key", privateKeyFile, ...formats[format], reference);
    },
    async attest(reference, { privateKeyFile }) {
      await writeFile(join(folder, "predicate.json"), JSON.stringify({ tested: true }));
      const predicate = ["--type", "https://example.com/tested/v1", "--predicate", "predicate.json"];
      await cosign("attest", "--yes", "--key", privateKeyFile, ...offline, ...predicate, reference);
    },
    async verifies(reference, { publicKeyFile }) {
      try {
        const root = ["--trusted-root", "trusted-root.json", "--insecure-ignore-tlog=true"];
        await cosign("verify", "--key", publicKeyFile, ...root, reference);
        return true;
      } catch (error) {
        if (error instanceof ProcessError && error.code === "failed") return false;
        throw error;
      }
    },
  };
}

async function signerOf(folder: string, name: string): Promise<Signer> {
  const publicKeyFile = join(folder, `${name}.pub`);
  const publicKey = createPublicKey(await readFile(publicKeyFile));
  return { trusted: { name, publicKey }, privateKeyFile: join(folder, `${name}.key`), publicKeyFile };
}

function privateKeyOf(kind: "rsa" | "p384"): KeyObject {
  switch (kind) {
    case "rsa":
      return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey;
  }
}
