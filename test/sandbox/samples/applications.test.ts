import assert from "node:assert/strict";
import {
  foreignImages,
  sampleApplications,
  type SampleApplication,
  type SampleVersion,
} from "../../../sandbox/samples/applications.ts";

/** FACTS 5: how the simulated nodes find the behaviour in an image reference. */
const BEHAVIOUR_IN_TAG = /(?:^|[/:._-])(slow-ready|never-ready|crash-loop|pull-fail|job-fail|down-fail)(?:$|[/:._@-])/;

function isOrdinary({ behaviour, signedBy }: SampleVersion): boolean {
  return behaviour === "ready" && signedBy === "sandbox";
}

function versionOf(application: SampleApplication | undefined, name: string): SampleVersion {
  const found = application?.versions.find(({ version }) => version === name);
  assert.ok(found, name);
  return found;
}

describe("sample applications", () => {
  it("are the three of the sample platform", () => {
    assert.deepEqual(
      sampleApplications.map(({ name }) => name),
      ["appointments", "patients", "portal"],
    );
  });

  for (const application of sampleApplications) {
    it(`give ${application.name} three versions that work`, () => {
      assert.ok(application.versions.filter(isOrdinary).length >= 3);
    });

    for (const behaviour of ["never-ready", "crash-loop", "pull-fail"]) {
      it(`give ${application.name} a signed version that ends in ${behaviour}`, () => {
        const failing = application.versions.filter((version) => version.behaviour === behaviour);
        assert.deepEqual(
          failing.map(({ version, signedBy }) => [version.endsWith(`-${behaviour}`), signedBy]),
          [[true, "sandbox"]],
        );
      });
    }
  }

  it("behave as the nodes read it from the image's reference", () => {
    for (const { name, versions } of [...sampleApplications, ...foreignImages]) {
      for (const { version, behaviour } of versions) {
        const read = BEHAVIOUR_IN_TAG.exec(`127.0.0.1:26400/ehealth/${name}:${version}@sha256:${"0".repeat(64)}`);
        assert.equal(read?.[1] ?? "ready", behaviour, `${name}:${version}`);
      }
    }
  });

  it("have each version once", () => {
    for (const { versions } of [...sampleApplications, ...foreignImages]) {
      assert.equal(new Set(versions.map(({ version }) => version)).size, versions.length);
    }
  });

  it("were made in the order in which they are listed", () => {
    for (const { versions } of [...sampleApplications, ...foreignImages]) {
      const times = versions.map(({ created }) => Date.parse(created));
      assert.deepEqual(
        times,
        times.toSorted((left, right) => left - right),
      );
    }
  });

  it("have one version that nobody signed and one that a stranger signed, with tags that say so", () => {
    const suspicious = sampleApplications.flatMap(({ name, versions }) =>
      versions.filter(({ signedBy }) => signedBy !== "sandbox").map(({ version }) => `${name}:${version}`),
    );
    assert.deepEqual(suspicious, ["portal:2.4.0-unsigned", "portal:2.4.0-stranger"]);
  });
});

describe("the schema levels of appointments", () => {
  const appointments = sampleApplications[0];

  function supports(version: string, level: number | undefined): boolean {
    const { schema } = versionOf(appointments, version);
    assert.ok(schema && level !== undefined);
    return schema.supports.min <= level && level <= schema.supports.max;
  }

  function levelOf(version: string): number | undefined {
    return versionOf(appointments, version).schema?.migratesTo;
  }

  it("let every version live with the level that it migrates to", () => {
    for (const { version } of appointments?.versions ?? []) assert.ok(supports(version, levelOf(version)), version);
  });

  for (const [from, to] of [
    ["1.4.0", "1.4.1"],
    ["1.4.1", "1.4.2"],
    ["1.4.2", "1.4.4"],
    ["1.4.4", "1.5.0"],
  ] as const) {
    it(`let ${from} live with the migration of ${to}, and so allow the way back`, () => {
      assert.ok(supports(from, levelOf(to)));
    });
  }

  it("let 1.5.1-down-fail go back to where 1.4.4 and 1.4.2 are, as far as the levels are concerned", () => {
    assert.ok(supports("1.5.1-down-fail", levelOf("1.4.2")));
    assert.equal(versionOf(appointments, "1.5.1-down-fail").behaviour, "down-fail");
  });

  it("do not let 1.4.2 live with the migration of 1.5.0", () => {
    assert.ok(!supports("1.4.2", levelOf("1.5.0")));
  });

  it("do not let 1.4.0 live with the migration of 1.4.2", () => {
    assert.ok(!supports("1.4.0", levelOf("1.4.2")));
  });
});
