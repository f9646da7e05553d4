import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSshSignature } from "../../src/model/ssh-signature.ts";
import { sampleKey, wire } from "./trust/sample-trust.ts";

const key = sampleKey("ann");
const blob = Buffer.from(key.text.split(" ")[1] ?? "", "base64");

interface Parts {
  readonly magic?: string;
  readonly version?: number;
  readonly key?: Uint8Array;
  readonly namespace?: string;
  readonly reserved?: string;
  readonly hash?: string;
  readonly algorithm?: string;
  readonly rest?: Uint8Array;
}

/** A signature of the form of OpenSSH's PROTOCOL.sshsig; nobody signed anything. */
function armoured(parts: Parts = {}): string {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(parts.version ?? 1);
  const signature = Buffer.from(wire(parts.algorithm ?? "ssh-ed25519", Buffer.alloc(64)), "base64");
  const fields = wire(
    parts.key ?? blob,
    parts.namespace ?? "root@lockstep",
    parts.reserved ?? "",
    parts.hash ?? "sha512",
    signature,
  );
  const bytes = [
    Buffer.from(parts.magic ?? "SSHSIG"),
    version,
    Buffer.from(fields, "base64"),
    parts.rest ?? Buffer.of(),
  ];
  return armour(Buffer.concat(bytes).toString("base64"));
}

function armour(base64: string): string {
  const lines = base64.match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join("\n")}\n-----END SSH SIGNATURE-----\n`;
}

describe("parseSshSignature", () => {
  it("reads the key, the namespace and the hash", () => {
    const parsed = parseSshSignature(armoured());
    assert.ok(parsed.kind === "signature", JSON.stringify(parsed));
    assert.deepEqual(parsed.signature.key, key);
    assert.equal(parsed.signature.fingerprint, key.fingerprint);
    assert.equal(parsed.signature.namespace, "root@lockstep");
    assert.equal(parsed.signature.hashAlgorithm, "sha512");
    assert.deepEqual(Buffer.from(parsed.signature.publicKeyBlob), blob);
  });

  for (const [name, text] of [
    ["no armour", armoured().replace("BEGIN", "BEGINN")],
    ["text before it", `x\n${armoured()}`],
    ["text behind it", `${armoured()}x`],
    ["two signatures", armoured() + armoured()],
    ["the line ends of Windows", armoured().replaceAll("\n", "\r\n")],
    ["base64 that is not in its one form", armoured().replace("\n-----END", "====\n-----END")],
    ["another beginning", armoured({ magic: "SSHSIH" })],
    ["another version", armoured({ version: 2 })],
    ["bytes at the end", armoured({ rest: Buffer.of(0) })],
    ["no namespace", armoured({ namespace: "" })],
    ["a namespace with a line break", armoured({ namespace: "a\nb" })],
    ["reserved fields", armoured({ reserved: "x" })],
    ["another hash", armoured({ hash: "sha1" })],
    ["an algorithm of another kind of key", armoured({ algorithm: "rsa-sha2-512" })],
    ["a key with more behind it", armoured({ key: Buffer.concat([blob, Buffer.of(0)]) })],
    [
      "a certificate for a key",
      armoured({ key: Buffer.from(wire("ssh-ed25519-cert-v01@openssh.com", "x"), "base64") }),
    ],
    ["a length beyond its end", armour(Buffer.from("SSHSIG\0\0\0\x01\xff\xff\xff\xff", "latin1").toString("base64"))],
    ["megabytes", armour("A".repeat(4_000_000))],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.equal(parseSshSignature(text).kind, "malformed");
    });
  }

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const told = armour(Buffer.concat([Buffer.from("SSHSIG\0\0\0\x01"), bytes]).toString("base64"));
        assert.equal(parseSshSignature(told).kind, "malformed");
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => parseSshSignature(text).kind === "malformed"));
  });
});
