import assert from "node:assert/strict";
import { z } from "zod";
import type { ProcessResult } from "../../../src/adapters/processes.ts";
import { GIVEN_TO } from "../../../src/delivery/taken-names.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";

const refusalsSchema = z.object({ refusals: z.array(z.looseObject({ code: z.string(), place: z.looseObject({}) })) });

/** The stage runs portal; patients would come, and its names are taken in one way or another. */
describe("a deploy that would make what somebody else has made", function () {
  this.timeout(400_000);
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
    await clone.commit();
    succeeded(await clone.lockstep(["deploy", "inttest", "--yes"], { timeoutMs: 240_000 }));
    await clone.settings("patients", { enabled: true });
    await clone.commit();
  });
  after(() => clone.remove());
  afterEach(() => kubectl("delete", "service/patients", "secret/patients-secrets", "--ignore-not-found"));

  const kubectl = (...words: readonly string[]) => clone.kubectl("--namespace", clone.namespace, ...words);
  const deploy = (...flags: readonly string[]): Promise<ProcessResult> =>
    clone.lockstep(["deploy", "inttest", ...flags], { timeoutMs: 240_000 });
  const makeService = (...flags: readonly string[]) =>
    kubectl("create", "service", "clusterip", "patients", "--tcp=80:80", ...flags);

  async function taken(): Promise<readonly unknown[]> {
    const result = await deploy("--dry-run", "--json");
    assert.equal(result.exitCode, 1, textOf(result));
    const { refusals } = refusalsSchema.parse(JSON.parse(result.stdout));
    return refusals.map(({ code, place }) => [code, place["path"]]);
  }

  it("passes where nothing is in its way", async () => {
    assert.doesNotMatch(succeeded(await deploy("--dry-run")), /taken over/);
  });

  it("is refused, with each object and who has it, secrets among them", async () => {
    await makeService("--field-manager=shop-operator");
    await kubectl("create", "secret", "generic", "patients-secrets", "--from-literal=URL=theirs");
    assert.deepEqual(
      (await taken()).toSorted(),
      [
        ["taken-name", `Secret ${clone.namespace}/patients-secrets`],
        ["taken-name", `Service ${clone.namespace}/patients`],
      ].toSorted(),
    );
    const text = refused(await deploy("--yes"), ["shop-operator", "kubectl-create", "annotate service patients"], 1);
    assert.doesNotMatch(text, /theirs/);
    assert.equal(await clone.field("service/patients", "{.spec.ports[0].port}"), "80");
  });

  it("says what the engine left there and forgot, and goes on", async () => {
    await makeService("--field-manager=pulumi-kubernetes-0a1b2c3d");
    assert.match(succeeded(await deploy("--dry-run")), /Service .*\/patients is there already,\s+and\s+is\s+taken/);
  });

  it("takes over what was given to the stage, and has no more to say of it", async () => {
    await kubectl("create", "serviceaccount", "patients");
    await kubectl("annotate", "serviceaccount", "patients", `${GIVEN_TO}=lockstep/prod`);
    assert.equal((await taken()).length, 1);
    await kubectl("annotate", "--overwrite", "serviceaccount", "patients", `${GIVEN_TO}=lockstep/inttest`);
    const text = succeeded(await deploy("--yes"));
    assert.match(text, /ServiceAccount .*\/patients is there already,\s+and\s+is\s+taken/);
    assert.notEqual(await clone.field("serviceaccount/patients", "{.metadata.labels}"), "");
    assert.match(succeeded(await deploy("--yes")), /Nothing to deploy/);
    succeeded(await clone.lockstep(["drift", "inttest"]));
  });
});
