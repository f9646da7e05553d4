import assert from "node:assert/strict";
import { hostsOwned } from "../../../policy/rules/hosts-owned.ts";
import { withText } from "../../model/sample-stage.ts";
import { unknown } from "../harness/engine-values.ts";
import type { ResourceText } from "../harness/resources.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertUndecided, violatedPaths } from "../harness/verdict.ts";
import { httpRoute, ingress, object, service, WEB_SERVICE } from "./web-service.ts";

const HOST = "appointments.inttest.example.com";
const stackFile = withText("replicas: 3", `replicas: 3\n      hosts: [${HOST}]`).replace(
  "portal.example.com",
  "portal.inttest.example.com",
);
const context = stageContext({ stackFile, definition: { zone: "inttest.example.com" } });

function application(hosts: readonly string[]): ResourceText {
  return {
    type: "lockstep:index:Application",
    name: "appointments",
    props: { application: "appointments", hosts },
    parents: [],
  };
}

const gateway = (hostname?: string) =>
  object("gateway.networking.k8s.io/v1", "Gateway", { listeners: [{ name: "https", port: 443, hostname }] });
const record = (dnsName: string) =>
  object("externaldns.k8s.io/v1alpha1", "DNSEndpoint", { endpoints: [{ dnsName, recordType: "CNAME" }] });

/** How each kind names a host, and where. */
const NAMING: readonly (readonly [string, (host: string) => ResourceText, string])[] = [
  ["an Ingress", ingress, "spec.rules[0].host"],
  ["an Ingress's certificate", (host) => ingress(HOST, { tls: [{ hosts: [host] }] }), "spec.tls[0].hosts[0]"],
  ["an HTTPRoute", (host) => httpRoute([host]), "spec.hostnames[0]"],
  ...["GRPCRoute", "TLSRoute"].map(
    (kind) =>
      [
        `a ${kind}`,
        (host: string) => object("gateway.networking.k8s.io/v1", kind, { hostnames: [host] }),
        "spec.hostnames[0]",
      ] as const,
  ),
  ["a Gateway", gateway, "spec.listeners[0].hostname"],
  ["a DNSEndpoint", record, "spec.endpoints[0].dnsName"],
  [
    "an annotation for external-dns",
    (host) => service({}, { "external-dns.alpha.kubernetes.io/hostname": `${HOST}, ${host}` }),
    'metadata.annotations["external-dns.alpha.kubernetes.io/hostname"]',
  ],
];

describe("hosts-owned", () => {
  it("passes every object of the sample chart, and its application", async () => {
    for (const text of WEB_SERVICE) await assertPasses(hostsOwned, text, context);
    await assertPasses(hostsOwned, application([HOST]), context);
  });

  for (const [what, naming, path] of NAMING) {
    it(`passes the declared host on ${what}, in any spelling`, async () => {
      await assertPasses(hostsOwned, naming(HOST), context);
      await assertPasses(hostsOwned, naming("Appointments.inttest.example.com."), context);
    });

    it(`refuses any other host on ${what}`, async () => {
      for (const host of ["new.inttest.example.com", "portal.inttest.example.com", "*.inttest.example.com"]) {
        assert.deepEqual(await violatedPaths(hostsOwned, naming(host), context), [path]);
      }
    });
  }

  for (const [what, text, path] of [
    ["an Ingress without a host", ingress(""), "spec.rules[0].host"],
    ["an Ingress with a default backend", ingress(HOST, { defaultBackend: { service: {} } }), "spec.defaultBackend"],
    ["a route without hosts", httpRoute([]), "spec.hostnames"],
    ["a listener without a host", gateway(), "spec.listeners[0].hostname"],
  ] as const) {
    it(`refuses ${what}: it answers to all of them`, async () => {
      assert.deepEqual(await violatedPaths(hostsOwned, text, context), [path]);
    });
  }

  it("refuses a declared host outside the zone, and one that only ends like it", async () => {
    for (const host of ["appointments.example.com", "evil-inttest.example.com", "inttest.example.com.example.org"]) {
      assert.deepEqual(await violatedPaths(hostsOwned, application([HOST, host]), context), ["hosts[1]"]);
    }
  });

  it("judges what the stack file declares, whatever the program hands on", async () => {
    const outside = stageContext({ stackFile, definition: { zone: "example.org" } });
    assert.deepEqual(await violatedPaths(hostsOwned, application([]), outside), ["hosts[0]"]);
  });

  it("asks for no zone where the stage has none", async () => {
    await assertPasses(hostsOwned, application(["appointments.example.com"]), stageContext({ stackFile }));
  });

  it("refuses a host that another application declares", async () => {
    const text = application(["portal.inttest.example.com"]);
    assert.deepEqual(await violatedPaths(hostsOwned, text, context), ["hosts[0]"]);
  });

  it("refuses hosts of objects that belong to no application", async () => {
    const text = { ...httpRoute([HOST]), parents: ["lockstep:index:Stage"] };
    assert.deepEqual(await violatedPaths(hostsOwned, text, context), ["spec.hostnames[0]"]);
  });

  it("decides nothing while a host is unknown", async () => {
    await assertUndecided(hostsOwned, ingress(unknown), context);
  });
});
