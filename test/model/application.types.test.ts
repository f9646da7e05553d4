import assert from "node:assert/strict";
import { webService } from "../../src/applications/charts/web-service.ts";
import { application, type Application } from "../../src/model/application.ts";
import { foreignChart } from "../../src/model/chart.ts";

/**
 * The compiler checks this file: where a mistake below would compile, its `@ts-expect-error` is an error itself.
 * The mistakes are never run.
 */
const probes = { liveness: "/live", readiness: "/ready" } as const;
const base = { name: "a", chart: webService, ports: { http: 8080 }, probes } as const;

const mistakes: Readonly<Record<string, () => Application>> = {
  "a misspelt secret of the migration": () =>
    application({
      ...base,
      secrets: ["DATABASE_URL"],
      // @ts-expect-error: must not compile
      migration: { command: ["up"], secrets: ["DATABASE_URI"] },
    }),
  "a secret of the migration where the application has none": () =>
    // @ts-expect-error: must not compile
    application({ ...base, migration: { command: ["up"], secrets: ["DATABASE_URL"] } }),
  "a migration without a command": () =>
    // @ts-expect-error: must not compile
    application({ ...base, migration: { command: [] } }),
  "a missing probe": () =>
    // @ts-expect-error: must not compile
    application({ name: "a", chart: webService, ports: { http: 8080 }, probes: { liveness: "/live" } }),
  "no probes": () =>
    // @ts-expect-error: must not compile
    application({ name: "a", chart: webService, ports: { http: 8080 } }),
  "a probe that is no path": () =>
    // @ts-expect-error: must not compile
    application({ ...base, probes: { liveness: "live", readiness: "/ready" } }),
  "no ports": () =>
    // @ts-expect-error: must not compile
    application({ name: "a", chart: webService, probes }),
  "a port that is text": () =>
    // @ts-expect-error: must not compile
    application({ ...base, ports: { http: "8080" } }),
  "an unknown chart value": () =>
    // @ts-expect-error: must not compile
    application({ ...base, values: { terminationGraceSeconds: 3 } }),
  "a chart value of another type": () =>
    // @ts-expect-error: must not compile
    application({ ...base, values: { terminationGracePeriodSeconds: "30" } }),
  "an unknown key": () =>
    // @ts-expect-error: must not compile
    application({ name: "a", chart: webService, ports: { http: 8080 }, probes, replicas: 3 }),
  "no name": () =>
    // @ts-expect-error: must not compile
    application({ chart: webService, ports: { http: 8080 }, probes }),
  "hosts that are neither wanted nor unwanted": () =>
    // @ts-expect-error: must not compile
    application({ ...base, hosts: "always" }),
  "a timeout without its unit": () =>
    // @ts-expect-error: must not compile
    application({ ...base, timeouts: { rollout: "10" } }),
  "a chart without types and without raw values": () =>
    // @ts-expect-error: must not compile
    application({ name: "a", chart: foreignChart("other") }),
  "typed values of a chart without types": () =>
    // @ts-expect-error: must not compile
    application({ name: "a", chart: foreignChart("other"), raw: () => ({}), values: { a: 1 } }),
};

describe("application", () => {
  it("takes what the chart needs, its values, and secrets by their names", () => {
    const defined = application({
      ...base,
      secrets: ["DATABASE_URL", "QUEUE_URL"],
      migration: { command: ["up"], secrets: ["DATABASE_URL"] },
      values: { terminationGracePeriodSeconds: 60 },
      timeouts: { rollout: "10m" },
    });
    assert.equal(defined.name, "a");
    assert.deepEqual(defined.chart, {
      name: "web-service",
      typed: true,
      requires: { resources: true },
      customResources: [],
      privilegedKinds: [],
    });
  });

  it("does not compile with any of these mistakes", () => {
    assert.ok(Object.keys(mistakes).length > 10);
  });
});
