import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { verifySshSignature } from "../../src/adapters/trust/ssh-keygen.ts";
import { findSigner, signAs, type SignerSearch } from "../../src/cli/signer.ts";
import { RefusalError, type Outcome } from "../../src/model/refusal.ts";
import { parseAllowedSigners } from "../../src/model/trust/allowed-signers.ts";
import type { RevokedKey } from "../../src/model/trust/revocations.ts";
import { inTemporaryFolder } from "../adapters/temporary-folder.ts";
import { codesOf, valueOf } from "../model/trust/sample-trust.ts";
import { allowedSignersText, makePerson, type Person } from "../statements/people.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const NAMESPACE = "approval@lockstep";
const { signal } = new AbortController();

interface Searched {
  readonly options?: string;
  readonly text?: string;
  readonly revoked?: Omit<RevokedKey, "fingerprint" | "reason">;
}

function search(person: Person, folder: string, { options, text, revoked }: Searched = {}): SignerSearch {
  const signers = text ?? allowedSignersText([person], options);
  const keys = revoked === undefined ? [] : [{ ...revoked, fingerprint: person.fingerprint, reason: "a test" }];
  return {
    ...{ key: person.keyFile, namespace: NAMESPACE, signal, nowMs: NOW, folder, project: folder },
    trust: {
      allowedSigners: { text: signers, signers: [] },
      roles: new Map(),
      revocations: { keys, digests: [], statements: [] },
    },
  };
}

/** Who is found with this in the trust folder. */
function found(with_: Searched): Promise<Outcome<unknown>> {
  return inTemporaryFolder(async (folder) => findSigner(search(await makePerson(folder, "ann"), folder, with_)));
}

describe("findSigner", function () {
  this.timeout(20_000);

  it("names the person whose line has the key", async () => {
    assert.equal((valueOf(await found({})) as { principal: string }).principal, "ann");
    const always = 'namespaces="approval@lockstep",valid-after="20261120Z",valid-before="202611201001Z"';
    assert.deepEqual(codesOf(await found({ options: always })), []);
  });

  it("refuses a key that is in no line", async () => {
    assert.deepEqual(codesOf(await found({ text: "# nobody\n" })), ["unknown-signer"]);
  });

  it("refuses a key of two people, as the file's parser does", async () => {
    await inTemporaryFolder(async (folder) => {
      const ann = await makePerson(folder, "ann");
      const text = allowedSignersText([ann, { ...ann, principal: "ben" }]);
      assert.deepEqual(codesOf(await findSigner(search(ann, folder, { text }))), ["two-principals"]);
      assert.deepEqual(codesOf(parseAllowedSigners("allowed_signers", text)), ["duplicate-signer-key"]);
    });
  });

  for (const [what, options, code] of [
    ["signs something else", 'namespaces="statement@lockstep"', "other-namespaces"],
    ["does not count yet", 'valid-after="20261120100001Z"', "key-not-valid-now"],
    ["counts no longer", 'valid-before="202611201000Z"', "key-not-valid-now"],
  ] as const) {
    it(`refuses a key that ${what}`, async () => {
      assert.deepEqual(codesOf(await found({ options })), [code]);
    });
  }

  it("refuses a revoked key, but not before the day on which it is given up", async () => {
    const codes = async (kind: RevokedKey["kind"], sinceMs: number) =>
      codesOf(await found({ revoked: { kind, sinceMs } }));
    assert.deepEqual(await codes("left", NOW), ["revoked-key"]);
    assert.deepEqual(await codes("compromised", NOW + 1), ["revoked-key"]);
    assert.deepEqual(await codes("left", NOW + 1), []);
  });

  it("says everything that stands against a key at once", async () => {
    const options = 'namespaces="statement@lockstep",valid-after="20261121Z"';
    const codes = codesOf(await found({ options, revoked: { kind: "compromised", sinceMs: NOW } }));
    assert.deepEqual(codes, ["key-not-valid-now", "other-namespaces", "revoked-key"]);
  });
});

describe("signAs", function () {
  this.timeout(20_000);

  it("gives a signature that ssh-keygen takes for the person's", async () => {
    await inTemporaryFolder(async (folder) => {
      const ann = await makePerson(folder, "ann");
      const asked = search(ann, folder);
      const { allowedSigners } = asked.trust;
      const signature = await signAs(valueOf(await findSigner(asked)), NAMESPACE, "words", allowedSigners, NOW, signal);
      const claim = { principal: "ann", namespace: NAMESPACE, message: "words", atMs: NOW };
      const check = await verifySshSignature({ ...claim, signature, allowedSigners: allowedSigners.text });
      assert.equal(check.kind, "valid");
    });
  });

  it("gives none that would not count at the time of the document", async () => {
    await inTemporaryFolder(async (folder) => {
      const ann = await makePerson(folder, "ann");
      const asked = search(ann, folder, { options: 'valid-before="20261120100001Z"' });
      const signer = valueOf(await findSigner(asked));
      const later = signAs(signer, NAMESPACE, "words", asked.trust.allowedSigners, NOW + 60_000, signal);
      await assert.rejects(later, refusal("signature-not-good"));
    });
  });

  it("says so where the key cannot sign", async () => {
    await inTemporaryFolder(async (folder) => {
      const ann = await makePerson(folder, "ann");
      const asked = search(ann, folder);
      const signer = valueOf(await findSigner(asked));
      await appendFile(join(folder, "other"), "no key\n");
      const broken = { ...signer, key: { ...signer.key, file: join(folder, "other") } };
      await assert.rejects(
        signAs(broken, NAMESPACE, "words", asked.trust.allowedSigners, NOW, signal),
        refusal("cannot-sign"),
      );
    });
  });
});

function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RefusalError && error.refusals.some((one) => one.code === code);
}
