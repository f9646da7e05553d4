import assert from "node:assert/strict";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import fc from "fast-check";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { readStackRequest } from "../../../policy/engine/stack-request.ts";

const resource = fc
  .record({
    type: fc.string(),
    urn: fc.string(),
    name: fc.string(),
    properties: fc.dictionary(fc.string(), fc.string()),
  })
  .map(({ type, urn, name, properties }) =>
    new analyzer.AnalyzerResource()
      .setType(type)
      .setUrn(urn)
      .setName(name)
      .setProperties(struct.Struct.fromJavaScript(properties))
      .setOptions(new analyzer.AnalyzerResourceOptions().setProtect(true)),
  );

describe("readStackRequest", () => {
  it("reads what the library reads, each resource when it is asked for", () => {
    fc.assert(
      fc.property(fc.array(resource), (resources) => {
        const bytes = new analyzer.AnalyzeStackRequest().setResourcesList(resources).serializeBinary();
        const { unread } = readStackRequest(bytes);
        assert.deepEqual(
          unread.map(({ type, urn }) => [type, urn]),
          resources.map((one) => [one.getType(), one.getUrn()]),
        );
        assert.deepEqual(
          unread.map((one) => one.read().toObject()),
          resources.map((one) => one.toObject()),
        );
      }),
    );
  });

  it("refuses bytes that are no message", () => {
    assert.throws(() => readStackRequest(Buffer.from([0x0a, 0xff])));
  });
});
