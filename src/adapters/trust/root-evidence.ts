import type { Outcome } from "../../model/refusal.ts";
import { parseSshSignature } from "../../model/ssh-signature.ts";
import { parseRoot, ROOT_NAMESPACE, type ReadRoot } from "../../model/trust/root.ts";
import type { StoredRoot, StoredSignature } from "./read-roots.ts";
import { verifySshSignature } from "./ssh-keygen.ts";

type RootSignatureCheck =
  { readonly kind: "valid"; readonly fingerprint: string } | { readonly kind: "invalid"; readonly reason: string };

/** What delivery/trust-root judges a root by. */
export interface CheckedRoot {
  readonly version: number;
  readonly file: string;
  readonly read: Outcome<ReadRoot>;
  readonly signatures: readonly { readonly file: string; readonly check: RootSignatureCheck }[];
}

/** A root that the anchor names by digest: its signatures need not be looked at. */
export function readRoot({ version, file, bytes }: StoredRoot): CheckedRoot {
  return { version, file, read: parseRoot(file, bytes), signatures: [] };
}

/** A root with its signatures verified, each by the key that made it. Whether that key counts is decided elsewhere. */
export async function checkRoot(stored: StoredRoot, signal?: AbortSignal): Promise<CheckedRoot> {
  const signatures = await Promise.all(
    stored.signatures.map(async (signature) => ({
      file: signature.file,
      check: await checkSignature(stored.bytes, signature, signal),
    })),
  );
  return { ...readRoot(stored), signatures };
}

const SIGNER = "signer";

async function checkSignature(
  message: Uint8Array,
  { text }: StoredSignature,
  signal: AbortSignal | undefined,
): Promise<RootSignatureCheck> {
  const parsed = parseSshSignature(text);
  if (parsed.kind === "malformed") return { kind: "invalid", reason: parsed.reason };
  return verifySshSignature({
    allowedSigners: `${SIGNER} namespaces="${ROOT_NAMESPACE}" ${parsed.signature.key.text}\n`,
    principal: SIGNER,
    namespace: ROOT_NAMESPACE,
    signature: text,
    message,
    // Roots have no time: whose keys count stands in the root before.
    atMs: undefined,
    ...(signal === undefined ? {} : { signal }),
  });
}
