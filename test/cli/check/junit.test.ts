import assert from "node:assert/strict";
import { toJunit } from "../../../src/cli/check/junit.ts";
import { failed, passed, skipped, STEERING } from "./results.ts";

describe("check's JUnit report", () => {
  it("has a suite per stage, and a case per check with its outcome", () => {
    const xml = toJunit([passed, failed, skipped]);
    assert.match(xml, /<testsuites name="lockstep check" tests="3" failures="1" errors="0" skipped="1">/);
    assert.match(xml, /<testsuite name="project" tests="1" failures="0"/);
    assert.match(xml, /<testsuite name="prod" tests="2" failures="1" errors="0" skipped="1">/);
    assert.match(xml, /<failure message="1: image-known" type="policy">/);
  });

  it("is well-formed whatever strangers write, and shows their control signs as text", () => {
    const xml = toJunit([failed]);
    assert.doesNotMatch(xml, STEERING);
    // The end of a CDATA section inside of one is split in two.
    const outside = xml.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, "");
    assert.doesNotMatch(outside, /\]\]>/);
    assert.doesNotMatch(outside.replaceAll(/<\/?[a-z-]+(?: [a-z]+="[^"<]*")*\/?>|<\?xml [^>]*\?>/g, ""), /[<>]/);
  });
});
