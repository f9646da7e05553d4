import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../src/adapters/processes.ts";
import { signWithSshKey, verifySshSignature } from "../../../src/adapters/trust/ssh-keygen.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { parseSshSignature } from "../../../src/model/ssh-signature.ts";
import type { SignatureCheck } from "../../../src/model/statements/signed-statement.ts";

const NAMESPACE = "approval@lockstep";
const MESSAGE = "what is approved";
const KINDS = [
  ["ed25519", []],
  ["ecdsa", ["-b", "256"]],
  ["ecdsa", ["-b", "521"]],
  ["rsa", ["-b", "2048"]],
] as const;

describe("verifySshSignature", () => {
  let folder: string;
  let publicKey: string;
  let signature: string;
  const at = Date.UTC(2026, 5, 1);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-test-"));
    publicKey = await makeKey("ann", "ed25519", []);
    signature = await signWithSshKey({ key: join(folder, "ann"), namespace: NAMESPACE, message: MESSAGE });
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function makeKey(name: string, type: string, options: readonly string[]): Promise<string> {
    await run("ssh-keygen", ["-q", "-t", type, ...options, "-N", "", "-C", name, "-f", join(folder, name)]);
    const text = await readFile(join(folder, `${name}.pub`), "utf8");
    return text.split(" ").slice(0, 2).join(" ");
  }

  function verify(changes: Partial<Parameters<typeof verifySshSignature>[0]> = {}): Promise<SignatureCheck> {
    return verifySshSignature({
      allowedSigners: `ann ${publicKey}\n`,
      principal: "ann",
      namespace: NAMESPACE,
      signature,
      message: MESSAGE,
      atMs: at,
      ...changes,
    });
  }

  for (const [type, options] of KINDS) {
    it(`verifies what a key of kind ${[type, ...options].join(" ")} signed, and names its fingerprint`, async () => {
      const name = `${type}${options.join("")}`;
      const key = await makeKey(name, type, options);
      const made = await signWithSshKey({ key: join(folder, name), namespace: NAMESPACE, message: MESSAGE });
      const check = await verify({ allowedSigners: `# x\nann ${key}\n`, signature: made });
      const { stdout } = await run("ssh-keygen", ["-l", "-f", join(folder, `${name}.pub`)]);
      assert.deepEqual(check, { kind: "valid", principal: "ann", fingerprint: stdout.split(" ")[1] });
    });
  }

  for (const [name, changes] of [
    ["another message", { message: `${MESSAGE}.` }],
    ["another namespace", { namespace: "statement@lockstep" }],
    ["another principal", { principal: "ben" }],
    ["a pattern for a principal", { principal: "a*" }],
    ["an option for a principal", { principal: "-Overify-time=20260101" }],
    ["nobody's keys", { allowedSigners: "" }],
    ["no signature", { signature: "" }],
    ["a time before 1970", { atMs: -1 }],
    ["the time zero, which ssh-keygen does not take", { atMs: 0 }],
    ["a year of five digits", { atMs: Date.UTC(10_000, 0) }],
    ["no time at all", { atMs: Number.NaN }],
  ] as const) {
    it(`refuses ${name}`, async () => {
      assert.equal((await verify()).kind, "valid");
      assert.equal((await verify(changes)).kind, "invalid");
    });
  }

  it("refuses a namespace that the key may not sign in", async () => {
    const allowed = (namespaces: string) => ({ allowedSigners: `ann namespaces="${namespaces}" ${publicKey}\n` });
    assert.equal((await verify(allowed(`other@lockstep,${NAMESPACE}`))).kind, "valid");
    assert.equal((await verify(allowed("other@lockstep"))).kind, "invalid");
  });

  for (const zone of ["UTC", "America/New_York", "Asia/Tokyo"]) {
    it(`takes the times of keys to the second, in the zone ${zone}`, async () => {
      const before = process.env["TZ"];
      process.env["TZ"] = zone;
      try {
        const times = 'valid-after="20260601Z",valid-before="20260602000000Z"';
        const allowedSigners = `ann ${times} ${publicKey}\n`;
        const kinds = await Promise.all(
          [at - 1000, at, Date.UTC(2026, 5, 2), Date.UTC(2026, 5, 2) + 1000].map(
            async (atMs) => (await verify({ allowedSigners, atMs })).kind,
          ),
        );
        assert.deepEqual(kinds, ["invalid", "valid", "valid", "invalid"]);
      } finally {
        if (before === undefined) delete process.env["TZ"];
        else process.env["TZ"] = before;
      }
    });
  }

  it("refuses every signature with a byte changed, and never throws", async () => {
    const flips = Array.from(signature).flatMap((character, index) =>
      index % 9 === 0 ? [signature.slice(0, index) + (character === "A" ? "B" : "A") + signature.slice(index + 1)] : [],
    );
    const checks = await Promise.all(flips.map((flipped) => verify({ signature: flipped })));
    assert.ok(checks.length > 20);
    assert.ok(checks.every(({ kind }) => kind === "invalid"));
  });

  it("leaves no temporary files", async () => {
    const before = process.env["TMPDIR"];
    const own = await mkdtemp(join(folder, "tmp-"));
    process.env["TMPDIR"] = own;
    try {
      await verify();
      await verify({ message: "another" });
      assert.deepEqual(await readdir(own), []);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });

  it("says that ssh-keygen is missing", async () => {
    const before = process.env["PATH"];
    process.env["PATH"] = folder;
    try {
      await assert.rejects(
        verify(),
        (error) => error instanceof RefusalError && error.refusals[0]?.code === "no-ssh-keygen",
      );
    } finally {
      process.env["PATH"] = before;
    }
  });

  it("reads from a signature what ssh-keygen made it of", () => {
    const parsed = parseSshSignature(signature);
    assert.ok(parsed.kind === "signature");
    assert.equal(parsed.signature.namespace, NAMESPACE);
    assert.equal(parsed.signature.key.text, publicKey);
    assert.equal(parsed.signature.hashAlgorithm, "sha512");
  });
});
