import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProcessError, run } from "../../src/adapters/processes.ts";
import { registryClient, type DigestReference } from "../../src/adapters/registry/registry-client.ts";
import type { TrustedIdentity } from "../../src/adapters/signatures/keyless-signature.ts";
import { verifySignature } from "../../src/adapters/signatures/verify-signature.ts";
import { ContentStore } from "../../src/adapters/store/content-store.ts";
import { renderReference } from "../../src/model/reference.ts";
import { startOlareg, type Olareg } from "./olareg.ts";
import { sampleContent, type SampleContent } from "./sample-content.ts";
import { startSigstore, type SigstoreServices } from "./sigstore-services.ts";
import { toolPath } from "./tools.ts";

const ISSUER = "https://token.actions.githubusercontent.com";
const WORKFLOW = "https://github.com/ehealth/app/.github/workflows/release.yml@refs/tags/v1.4.2";

/** cosign signs with a Fulcio and a Rekor of the test's own; cosign and we judge the same bundles by the same root. */
describe("keyless signatures that cosign made", () => {
  let folder: string;
  let olareg: Olareg;
  let sigstore: SigstoreServices;
  let content: SampleContent;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-keyless-"));
    olareg = await startOlareg();
    sigstore = await startSigstore(folder);
    content = sampleContent(olareg.registry, folder);
  });
  after(async () => {
    await sigstore[Symbol.asyncDispose]();
    await olareg.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const cosign = (...args: readonly string[]): Promise<unknown> =>
    run(toolPath("cosign"), args, { cwd: folder, env: { HOME: folder } });

  const sign = (image: DigestReference, subject = WORKFLOW, issuer = ISSUER): Promise<unknown> =>
    cosign(
      ...["sign", "--yes", "--signing-config", sigstore.signingConfig, "--trusted-root", sigstore.trustedRoot],
      ...["--identity-token", sigstore.token(issuer, subject), byDigest(image)],
    );

  async function cosignSays(image: DigestReference, identity = WORKFLOW, root = sigstore.trustedRoot): Promise<string> {
    try {
      const who = ["--certificate-identity", identity, "--certificate-oidc-issuer", ISSUER];
      await cosign("verify", ...who, "--trusted-root", root, byDigest(image));
      return "signed";
    } catch (error) {
      if (error instanceof ProcessError && error.code === "failed") return "refused";
      throw error;
    }
  }

  async function weSay(image: DigestReference, subject = WORKFLOW, root = sigstore.trustedRoot): Promise<string> {
    const identity: TrustedIdentity = { name: "release", issuer: ISSUER, subject: { kind: "exact", subject } };
    const trustedRoot = await readFile(root, "utf8");
    const sources = { registry: registryClient(), store: new ContentStore(await mkdtemp(join(folder, "store-"))) };
    const verdict = await verifySignature({ reference: image, keys: [], identities: [identity], trustedRoot }, sources);
    return verdict.kind === "signed" ? "signed" : verdict.reasons.map(({ code }) => code).join();
  }

  it("accepts what the identity signed, as cosign does", async () => {
    const image = await content.image("ehealth/keyless", "1");
    await sign(image);
    assert.equal(await cosignSays(image), "signed");
    assert.equal(await weSay(image), "signed");
  });

  it("refuses another subject, another issuer and another authority, as cosign does", async () => {
    const image = await content.image("ehealth/strange", "subject");
    await sign(image, `${WORKFLOW}-evil`);
    assert.equal(await cosignSays(image), "refused");
    assert.equal(await weSay(image), "untrusted-identity");

    const issued = await content.image("ehealth/strange", "issuer");
    await sign(issued, WORKFLOW, "https://gitlab.com");
    assert.equal(await cosignSays(issued), "refused");
    assert.equal(await weSay(issued), "untrusted-identity");

    await using stranger = await startSigstore(await mkdtemp(join(folder, "stranger-")));
    const signed = await content.image("ehealth/strange", "authority");
    await sign(signed);
    assert.equal(await cosignSays(signed, WORKFLOW, stranger.trustedRoot), "refused");
    assert.equal(await weSay(signed, WORKFLOW, stranger.trustedRoot), "untrusted-certificate");
  });

  it("refuses an image that nobody signed, as cosign does", async () => {
    const image = await content.image("ehealth/unsigned", "1");
    assert.equal(await cosignSays(image), "refused");
    assert.equal(await weSay(image), "no-evidence");
  });
});

function byDigest({ registry, repository, digest }: DigestReference): string {
  return renderReference({ registry, repository, digest });
}
