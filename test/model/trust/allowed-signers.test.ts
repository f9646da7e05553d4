import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAllowedSigners } from "../../../src/model/trust/allowed-signers.ts";
import { codesOf, refusalsOf, sampleKey, valueOf, wire } from "./sample-trust.ts";

const ann = sampleKey("ann");
const ben = sampleKey("ben");
const TEXT = `# people\n\nann@example.com namespaces="statement@lockstep,approval@lockstep",valid-after="20260101Z" ${ann.text} Ann's laptop\nben ${ben.text}\n`;
const parse = (text: string) => parseAllowedSigners("trust/allowed_signers", text);
const rsa = (bytes: number) =>
  `ssh-rsa ${wire("ssh-rsa", Uint8Array.of(1, 0, 1), Buffer.concat([Buffer.of(0), Buffer.alloc(bytes, 0xff)]))}`;

describe("parseAllowedSigners", () => {
  it("reads principals and the fingerprints of their keys", () => {
    assert.deepEqual(valueOf(parse(TEXT)), {
      text: TEXT,
      signers: [
        { principal: "ann@example.com", fingerprint: ann.fingerprint },
        { principal: "ben", fingerprint: ben.fingerprint },
      ],
    });
  });

  it("takes several keys of one person, RSA of enough bits, and an empty file", () => {
    valueOf(parse(`ann ${ann.text}\nann ${ben.text}\nann ${rsa(256)}\n`));
    assert.deepEqual(valueOf(parse("")).signers, []);
  });

  for (const [name, line, code] of [
    ["a wildcard", `*@example.com ${ben.text}`, "invalid-principal"],
    ["a pattern of one letter", `b?n ${ben.text}`, "invalid-principal"],
    ["negation", `!ben ${ben.text}`, "invalid-principal"],
    ["several principals", `ben,eve ${ben.text}`, "invalid-principal"],
    ["a principal in quotes", `"ben" ${ben.text}`, "invalid-principal"],
    ["a principal like an option", `-ben ${ben.text}`, "invalid-principal"],
    ["a line that is indented", ` ben ${ben.text}`, "invalid-principal"],
    ["an authority", `ben cert-authority ${ben.text}`, "cert-authority"],
    ["an authority among options", `ben namespaces="x",cert-authority ${ben.text}`, "cert-authority"],
    ["an unknown option", `ben no-touch-required ${ben.text}`, "invalid-signer"],
    ["an option twice", `ben namespaces="a",namespaces="b" ${ben.text}`, "invalid-signer"],
    ["a pattern of namespaces", `ben namespaces="*" ${ben.text}`, "invalid-signer"],
    ["a negated namespace", `ben namespaces="!file" ${ben.text}`, "invalid-signer"],
    ["a time without zone", `ben valid-after="20260101" ${ben.text}`, "invalid-signer"],
    ["a day that is not one", `ben valid-before="20260231Z" ${ben.text}`, "invalid-signer"],
    ["two spaces", `ben  ${ben.text}`, "invalid-signer"],
    ["a key without a principal", ben.text, "invalid-signer"],
    ["no key", "ben", "invalid-signer"],
    ["base64 that goes on", `ben ${ben.text}AAAA`, "not-a-public-key"],
    ["base64 that is cut off", `ben ${ben.text.slice(0, -4)}`, "not-a-public-key"],
    ["another type inside than before it", `ben ${ben.text.replace("ssh-ed25519", "ssh-rsa")}`, "not-a-public-key"],
    ["DSA", `ben ssh-dss ${wire("ssh-dss", "x")}`, "invalid-signer"],
    ["DSA behind options", `ben namespaces="x" ssh-dss ${wire("ssh-dss", "x")}`, "unsupported-key"],
    ["a short RSA key", `ben ${rsa(128)}`, "weak-key"],
    ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----", "private-key"],
    ["the key of somebody else", `ben ${ann.text}`, "duplicate-signer-key"],
    ["a principal in another spelling", `Ann@example.com ${ben.text}`, "two-spellings"],
    ["a tab", `ben\t${ben.text}`, "not-text"],
    ["a carriage return", `ben ${ben.text}\r`, "not-text"],
    ["letters that look like others", `bеn ${ben.text}`, "invalid-signer"],
  ] as const) {
    it(`refuses ${name}`, () => {
      const outcome = parse(TEXT.replace(`ben ${ben.text}`, line));
      assert.deepEqual(codesOf(outcome), [code]);
      if (!["private-key", "not-text"].includes(code)) {
        assert.deepEqual(
          refusalsOf(outcome).map(({ place }) => place.line),
          [4],
        );
      }
    });
  }

  it("quotes no key", () => {
    assert.ok(!JSON.stringify(parse(`ben x ${ben.text}`)).includes(ben.text.slice(20)));
  });

  it("lets no principal through that ssh-keygen takes for a pattern or a list", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (principal) => {
        const outcome = parse(`${principal} ${ben.text}\n`);
        if (outcome.kind === "refused") return;
        for (const signer of outcome.value.signers) assert.match(signer.principal, /^[A-Za-z0-9][A-Za-z0-9._+@-]*$/);
      }),
    );
  });

  it("never throws, and makes of every line a signer or a reason", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme-ascii" }), { maxLength: 5 }), (lines) => {
        const outcome = parse(lines.join("\n"));
        const told = lines.filter((line) => line !== "" && !line.startsWith("#")).length;
        const count = outcome.kind === "accepted" ? outcome.value.signers.length : outcome.refusals.length;
        assert.equal(count, told);
      }),
    );
  });
});
