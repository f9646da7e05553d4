import assert from "node:assert/strict";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SigningRecord } from "../../../sandbox/samples/signing-record.ts";
import { digestOf } from "../../../src/model/digest.ts";

const reference = { registry: "127.0.0.1:5000", repository: "ehealth/portal", tag: "2.3.1", digest: digestOf("a") };

describe("SigningRecord", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-record-"));
    file = join(folder, "samples.json");
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("remembers by which key a digest was signed", async () => {
    const record = await SigningRecord.read(file);
    record.add(reference, "aa");
    await record.write();
    const again = await SigningRecord.read(file);
    assert.ok(again.has(reference, "aa"));
    assert.ok(!again.has(reference, "bb"));
    assert.ok(!again.has({ ...reference, digest: digestOf("b") }, "aa"));
    assert.ok(!again.has({ ...reference, registry: "127.0.0.1:5001" }, "aa"));
  });

  for (const content of ["", "{", '{"signed":[]}', '{"signed":{"a":1}}']) {
    it(`is empty where the file holds ${JSON.stringify(content)}`, async () => {
      await writeFile(file, content);
      assert.ok(!(await SigningRecord.read(file)).has(reference, "aa"));
    });
  }

  it("is not written where nothing was added", async () => {
    await (await SigningRecord.read(file)).write();
    await assert.rejects(access(file));
  });
});
