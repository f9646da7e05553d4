import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createCertificates } from "../../sandbox/certificates.ts";
import {
  certificateFile,
  keyFile,
  serviceAccountKeyFile,
  serviceAccountPublicKeyFile,
  type KeyPairName,
} from "../../sandbox/pki-files.ts";

describe("the certificates of a sandbox", () => {
  let folder: string;
  let pki: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "pki-"));
    pki = path.join(folder, "pki");
    await createCertificates(pki);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const read = async (name: KeyPairName): Promise<X509Certificate> =>
    new X509Certificate(await readFile(certificateFile(pki, name)));

  for (const [name, authority] of [
    ["apiserver", "ca"],
    ["admin", "ca"],
    ["kwok", "ca"],
    ["etcd", "etcd-ca"],
    ["etcd-client", "etcd-ca"],
  ] as const) {
    it(`${name} is signed by ${authority}, has its own key, and is no authority`, async () => {
      const certificate = await read(name);
      const issuer = await read(authority);
      assert.ok(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));
      assert.ok(certificate.checkPrivateKey(createPrivateKey(await readFile(keyFile(pki, name)))));
      assert.equal(certificate.ca, false);
    });
  }

  it("open the API server and not the database behind it", async () => {
    assert.ok(!(await read("admin")).verify((await read("etcd-ca")).publicKey));
  });

  it("name the API server as people and as pods call it", async () => {
    const certificate = await read("apiserver");
    assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
    for (const host of ["localhost", "kubernetes.default.svc"]) assert.equal(certificate.checkHost(host), host);
    assert.equal(certificate.checkHost("example.com"), undefined);
  });

  it("make the admin, and nobody else, a member of system:masters", async () => {
    assert.match((await read("admin")).subject, /O=system:masters/);
    assert.doesNotMatch((await read("kwok")).subject, /system:masters/);
  });

  it("keep every private key to their owner", async () => {
    for (const name of (await readdir(pki)).filter((file) => file.endsWith(".key")))
      assert.equal((await stat(path.join(pki, name))).mode & 0o777, 0o600, name);
  });

  it("come with a key pair for service accounts' tokens", async () => {
    const fromPrivate = createPublicKey(await readFile(serviceAccountKeyFile(pki)));
    assert.ok(fromPrivate.equals(createPublicKey(await readFile(serviceAccountPublicKeyFile(pki)))));
  });
});
