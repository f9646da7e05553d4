import assert from "node:assert/strict";
import fc from "fast-check";
import { settingsDifferences } from "../../src/delivery/settings-differences.ts";
import type { Settings } from "../../src/model/settings.ts";

const baseline: Settings = {
  replicas: 3,
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  env: { LOG_LEVEL: "info" },
  hosts: ["portal.prod.example.com"],
  secrets: { DATABASE_URL: { secure: "v1:one" } },
  timeout: 600,
};

describe("differences of settings", () => {
  it("are none between equal settings", () => {
    assert.deepEqual(settingsDifferences(baseline, structuredClone(baseline)), []);
  });

  it("name the path and both values", () => {
    const other: Settings = { ...baseline, env: { LOG_LEVEL: "debug" }, hosts: ["a.example.com", "b.example.com"] };
    assert.deepEqual(settingsDifferences(baseline, other), [
      { path: "env.LOG_LEVEL", left: "info", right: "debug" },
      { path: "hosts", left: "portal.prod.example.com", right: "a.example.com, b.example.com" },
    ]);
  });

  it("say of a secret whether it is set, and nothing of its ciphertext", () => {
    const other: Settings = {
      ...baseline,
      secrets: { DATABASE_URL: { secure: "v1:two" }, TOKEN: { secure: "v1:three" } },
    };
    assert.deepEqual(settingsDifferences(baseline, other), [{ path: "secrets.TOKEN", left: undefined, right: "set" }]);
  });

  it("show nothing of a ciphertext in the raw values of a chart, in lists neither", () => {
    const left: Settings = { values: { key: { secure: "v1:hidden-a" }, list: [{ token: { secure: "v1:hidden-b" } }] } };
    const right: Settings = { values: { key: { secure: "v1:hidden-c" }, list: [{ token: "plain" }] } };
    const found = settingsDifferences(left, right);
    assert.deepEqual(
      found.map(({ path }) => path),
      ["values.list"],
    );
    assert.doesNotMatch(JSON.stringify(found), /hidden/);
  });

  it("take what is left out as its default", () => {
    assert.deepEqual(settingsDifferences({}, { enabled: true, replicas: 1, hosts: [], env: {} }), []);
    assert.deepEqual(settingsDifferences({}, { enabled: false, replicas: 2 }), [
      { path: "enabled", left: "true", right: "false" },
      { path: "replicas", left: "1", right: "2" },
    ]);
  });

  it("tell a text from a number that looks the same", () => {
    const found = settingsDifferences({ values: { size: "1" } }, { values: { size: 1 } });
    assert.deepEqual(found, [{ path: "values.size", left: '"1"', right: "1" }]);
  });

  it("show a length of time as people write it", () => {
    const found = settingsDifferences({ timeout: 600 }, { timeout: 7200 });
    assert.deepEqual(found, [{ path: "timeout", left: "10m", right: "2h" }]);
  });

  it("are none of any settings to themselves, and the same seen from the other side", () => {
    const values = fc.record({ values: fc.dictionary(fc.string(), fc.jsonValue()) }) as fc.Arbitrary<Settings>;
    fc.assert(
      fc.property(values, values, (left, right) => {
        assert.deepEqual(settingsDifferences(left, structuredClone(left)), []);
        const turned = settingsDifferences(right, left).map((one) => ({ ...one, left: one.right, right: one.left }));
        assert.deepEqual(settingsDifferences(left, right), turned);
      }),
    );
  });
});
