import assert from "node:assert/strict";
import fc from "fast-check";
import { application, type Application } from "../../src/model/application.ts";
import { findApplication, toCatalogue } from "../../src/model/catalogue.ts";
import { codes, catalogue, webChart } from "./sample-stage.ts";

type Definition = Partial<Omit<Application, "name" | "toValues">>;

function define(name: string, definition: Definition = {}): Application {
  return { ...application({ name, chart: webChart, probe: "/" }), ...definition };
}

function refusalsOf(...all: readonly Application[]): string[] {
  const outcome = toCatalogue(all.map((one) => ({ file: `src/applications/${one.name}.ts`, application: one })));
  return outcome.kind === "refused" ? codes(outcome.refusals) : [];
}

describe("toCatalogue", () => {
  it("orders the applications by name", () => {
    const outcome = toCatalogue(["c", "a", "b"].map((name) => ({ file: `${name}.ts`, application: define(name) })));
    assert.ok(outcome.kind === "accepted");
    assert.deepEqual([...outcome.value.keys()], ["a", "b", "c"]);
  });

  it("takes names that objects are born with", () => {
    assert.deepEqual(refusalsOf(define("constructor", { secrets: ["constructor", "toString"], env: {} })), []);
  });

  const broken: Readonly<Record<string, readonly [readonly Application[], readonly string[]]>> = {
    "a name in capitals": [[define("Portal")], ["invalid-catalogue"]],
    "a name that is too long for suffixes": [[define("a".repeat(54))], ["invalid-catalogue"]],
    "a namespace that is none": [[define("a", { namespace: "E Health" })], ["invalid-catalogue"]],
    "a former name that is none": [[define("a", { formerly: "-" })], ["invalid-catalogue"]],
    "a secret that is no variable": [[define("a", { secrets: ["DATABASE-URL"] })], ["invalid-catalogue"]],
    "a variable that is none": [[define("a", { env: { "A B": "" } })], ["invalid-catalogue"]],
    "a variable that is a secret as well": [[define("a", { secrets: ["X"], env: { X: "" } })], ["invalid-catalogue"]],
    // The compiler refuses most of these; a cast, or a number too large, does not.
    "a timeout that is none": [[define("a", { timeouts: { rollout: "0s" } })], ["invalid-catalogue"]],
    "a smoke check that is none": [
      [define("a", { smoke: [{ http: { path: "/", status: 20 } }] })],
      ["invalid-catalogue"],
    ],
    "a smoke check with a secret of nobody": [
      [define("a", { smoke: [{ job: { command: ["smoke"], secrets: ["X"] } }] })],
      ["invalid-catalogue"],
    ],
    "an unknown application before it": [[define("a", { after: ["b"] })], ["unknown-application"]],
    "two of one name": [[define("a"), define("a")], ["double-application"]],
    "an application after itself": [[define("a", { after: ["a"] })], ["circular-order"]],
    "a circle": [
      [define("a", { after: ["b"] }), define("b", { after: ["c"] }), define("c", { after: ["a"] }), define("d")],
      ["circular-order"],
    ],
    "two things at once": [
      [define("A"), define("b", { after: ["x"] })],
      ["invalid-catalogue", "unknown-application"],
    ],
  };
  for (const [name, [all, expected]] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(refusalsOf(...all), expected);
    });
  }

  const database = { apiVersion: "example.com/v1alpha1", kind: "Database", imagePaths: ["spec.image"] };

  it("takes declared kinds of an application and of its chart", () => {
    const imagePaths = ["image", "spec.pods[*].image", "spec.jobs.*.image-name", "spec.steps[0].image"];
    const customResources = [database, { ...database, kind: "Queue", imagePaths: [] }];
    const chart = {
      ...define("a").chart,
      customResources: [{ ...database, apiVersion: "example.com/v1", imagePaths }],
    };
    assert.deepEqual(refusalsOf(define("a", { customResources, chart })), []);
  });

  for (const [what, declared] of [
    ["no kind at all", []],
    ["a kind of Kubernetes' own", [{ ...database, apiVersion: "apps/v1", kind: "Deployment" }]],
    ["a kind of Kubernetes' own with a dot", [{ ...database, apiVersion: "networking.k8s.io/v1", kind: "Ingress" }]],
    ["a kind of Kubernetes' core", [{ ...database, apiVersion: "v1", kind: "Pod" }]],
    ["no version", [{ ...database, apiVersion: "example.com" }]],
    ["a plural instead of a kind", [{ ...database, kind: "databases" }]],
    ["a kind twice", [database, { ...database, imagePaths: [] }]],
    ...[
      "",
      ".spec.image",
      "$.spec.image",
      "spec..image",
      "spec.image ",
      "spec.pods[].image",
      "spec.pods[*",
      "/spec/image",
    ].map((path) => [`the image path '${path}'`, [{ ...database, imagePaths: ["spec.image", path] }]] as const),
  ] as const) {
    it(`refuses ${what} among the kinds that an application declares`, () => {
      assert.deepEqual(refusalsOf(define("a", { customResources: declared })), ["invalid-catalogue"]);
    });
  }

  it("refuses an image path that is wrong in a chart, with its place, and a kind that both declare", () => {
    const chartOf = (customResources: typeof declared) => ({ ...define("a").chart, customResources });
    const declared = [{ ...database, imagePaths: ["spec.image", "spec."] }];
    const application = define("a", { chart: chartOf(declared) });
    const outcome = toCatalogue([{ file: "a.ts", application }]);
    assert.ok(outcome.kind === "refused");
    assert.deepEqual(
      outcome.refusals.map(({ place }) => place.path),
      ["chart.customResources[0].imagePaths[1]"],
    );
    const both = define("a", { chart: chartOf([database]), customResources: [database] });
    assert.deepEqual(refusalsOf(both), ["invalid-catalogue"]);
  });

  it("takes kinds that reach further, of an application and of its chart", () => {
    const privilegedKinds = [
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
      { apiVersion: "v1", kind: "Endpoints" },
      { apiVersion: "example.com/v1", kind: "DatabaseClass" },
    ];
    const chart = {
      ...define("a").chart,
      privilegedKinds: [{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" }],
    };
    assert.deepEqual(refusalsOf(define("a", { privilegedKinds, chart })), []);
  });

  for (const [what, declared] of [
    ["no kind at all", []],
    ["Namespaces", [{ apiVersion: "v1", kind: "Namespace" }]],
    [
      "what rules admission",
      [{ apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding" }],
    ],
    ["what extends the API server", [{ apiVersion: "apiregistration.k8s.io/v1", kind: "APIService" }]],
    ["certificates", [{ apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest" }]],
    ["an ordinary kind", [{ apiVersion: "apps/v1", kind: "Deployment" }]],
    ["no version", [{ apiVersion: "rbac.authorization.k8s.io", kind: "Role" }]],
    ["a plural instead of a kind", [{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "roles" }]],
    ["a kind twice", [database, database].map(({ apiVersion, kind }) => ({ apiVersion, kind }))],
  ] as const) {
    it(`refuses ${what} among the kinds that reach further`, () => {
      assert.deepEqual(refusalsOf(define("a", { privilegedKinds: declared })), ["invalid-catalogue"]);
      const chart = { ...define("a").chart, privilegedKinds: declared };
      assert.deepEqual(refusalsOf(define("a", { chart })), declared.length === 0 ? [] : ["invalid-catalogue"]);
    });
  }

  it("refuses a circle exactly where there is one", () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 10 });
    fc.assert(
      fc.property(edges, (all) => {
        const after = (index: number): string[] => all.flatMap(([from, to]) => (from === index ? [`n${to}`] : []));
        const refused = refusalsOf(
          ...Array.from({ length: 7 }, (_, index) => define(`n${index}`, { after: after(index) })),
        );
        assert.deepEqual(refused, hasCircle(all) ? ["circular-order"] : []);
      }),
      { numRuns: 500 },
    );
  });

  it("is done in a moment with hundreds of applications that all come after the ones before", () => {
    const all = Array.from({ length: 300 }, (_, index) =>
      define(`n${index}`, { after: Array.from({ length: index }, (_unused, earlier) => `n${earlier}`) }),
    );
    assert.deepEqual(refusalsOf(...all), []);
  });
});

describe("findApplication", () => {
  it("finds it by name, else suggests the nearest", () => {
    assert.equal(findApplication(catalogue, "portal").kind, "accepted");
    const outcome = findApplication(catalogue, "protal");
    assert.ok(outcome.kind === "refused");
    assert.match(outcome.refusals[0]?.found ?? "", /"portal"/);
  });
});

/** By taking away what nothing waits for, until nothing is left or nothing can go. */
function hasCircle(edges: readonly (readonly [number, number])[]): boolean {
  const open = edges.filter(([, to]) => edges.some(([from]) => from === to));
  return open.length === edges.length ? edges.length > 0 : hasCircle(open);
}
