import { noIgnoredChanges } from "../../../policy/rules/no-ignored-changes.ts";
import { applicationComponent, stageComponent } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertViolates } from "../harness/verdict.ts";
import { migrationJob, WEB_SERVICE } from "./web-service.ts";

const context = stageContext();

describe("no-ignored-changes", () => {
  it("accepts everything of which every change is made", async () => {
    for (const text of [...WEB_SERVICE, stageComponent(context), applicationComponent(context)])
      await assertPasses(noIgnoredChanges, text);
  });

  it("refuses each ignored change of any object and component", async () => {
    const options = { ignoreChanges: ["spec.replicas", "metadata"] };
    for (const text of [...WEB_SERVICE, stageComponent(context), applicationComponent(context)])
      await assertViolates(noIgnoredChanges, { ...text, options }, options.ignoreChanges);
  });

  it("accepts that a migration's Job stays as it ran, and no more of it", async () => {
    const job = migrationJob();
    await assertPasses(noIgnoredChanges, { ...job, options: { ignoreChanges: ["spec", "metadata.labels"] } });
    await assertViolates(noIgnoredChanges, { ...job, options: { ignoreChanges: ["spec", "metadata"] } }, ["metadata"]);
  });

  it("knows a migration's Job by the component that makes it", async () => {
    const options = { ignoreChanges: ["spec"] };
    await assertViolates(noIgnoredChanges, { ...migrationJob(), parents: ["lockstep:index:Application"], options }, [
      "spec",
    ]);
    await assertViolates(noIgnoredChanges, { ...migrationJob(), type: "kubernetes:apps/v1:Deployment", options }, [
      "spec",
    ]);
  });
});
