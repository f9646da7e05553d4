import assert from "node:assert/strict";
import { RegistryError } from "../../../src/adapters/registry/registry-error.ts";
import { refuseUnsigned } from "../../../src/adapters/signatures/verdict.ts";
import { digestOf } from "../../../src/model/digest.ts";

const reference = { registry: "registry.example.com", repository: "app", tag: "1", digest: digestOf("image") };
const place = { file: "Pulumi.inttest.yaml", line: 3, column: 14 };

describe("refuseUnsigned", () => {
  it("gives each registry failure its own refusal and gathers the rest in one", () => {
    const error = new RegistryError("timed-out", "registry.example.com/app:1", "no answer");
    const refusals = refuseUnsigned(
      reference,
      [
        { code: "registry-failure", detail: "no answer", error },
        { code: "untrusted-key", detail: "signed by none", manifest: digestOf("a") },
        { code: "predicate-type", detail: "an attestation\u001b[2J" },
      ],
      place,
    );
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ["registry-timed-out", "not-signed"],
    );
    assert.ok(refusals.every((refusal) => refusal.place === place));
    assert.match(refusals[1]?.found ?? "", /untrusted-key[\s\S]*predicate-type/);
    assert.ok(refusals.every(({ found }) => !found.includes("\u001b")));
  });

  it("sends people to the trust file where no key counts", () => {
    const [refusal] = refuseUnsigned(reference, [{ code: "no-trusted-key", detail: "none" }], place);
    assert.equal(refusal?.code, "no-trusted-key");
    assert.match(refusal.action, /image-keys\.yaml/);
  });
});
