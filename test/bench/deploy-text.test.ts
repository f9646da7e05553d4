import assert from "node:assert/strict";
import { DEPLOY_NAMES, type DeployReport } from "../../bench/deploy-measurements.ts";
import { renderDeploy } from "../../bench/deploy-text.ts";
import type { Measurement } from "../../bench/samples.ts";

const measurement = (name: string, medianMs: number): Measurement => ({
  name,
  medianMs,
  runsMs: [medianMs - 100, medianMs, medianMs + 100],
  medianCpuMs: medianMs * 2,
  programs: [],
});

const REPORT: DeployReport = {
  applications: 50,
  deploy: measurement(DEPLOY_NAMES.deploy, 12_000),
  up: measurement(DEPLOY_NAMES.up, 10_000),
  rollback: measurement(DEPLOY_NAMES.rollback, 6000),
  helmRollback: measurement(DEPLOY_NAMES.helmRollback, 3000),
  rolloutUndo: measurement(DEPLOY_NAMES.rolloutUndo, 2000),
};

describe("the bench's report of deploys", () => {
  it("says what deploy takes over plain pulumi up, and how much it may", () => {
    assert.match(
      renderDeploy(REPORT),
      /^deploy over plain pulumi up: 2\.00 s; target under 2\.50 s \(15 % of it and 1\.00 s\)$/m,
    );
  });

  it("compares deploy with pulumi up, and rollback with the others' ways back", () => {
    const text = renderDeploy(REPORT);
    const line = (name: string): string => text.split("\n").find((row) => row.includes(name)) ?? "";
    assert.match(line(DEPLOY_NAMES.deploy), /1\.20 times pulumi up/);
    assert.match(line(DEPLOY_NAMES.helmRollback), /rollback takes 2\.00 times it/);
    assert.match(line(DEPLOY_NAMES.rolloutUndo), /rollback takes 3\.00 times it/);
  });

  it("gives each its median, its runs and its processor time", () => {
    const row = renderDeploy(REPORT)
      .split("\n")
      .find((one) => one.includes(DEPLOY_NAMES.rollback));
    assert.match(row ?? "", /6\.00 s[^│]*│[^│]*5\.90 s to 6\.10 s[^│]*│[^│]*12\.0 s/);
  });
});
