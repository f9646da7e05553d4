import { withinStage } from "../../../policy/rules/within-stage.ts";
import { applicationComponent, deployment, stageComponent } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertViolates } from "../harness/verdict.ts";

const context = stageContext();
const alone = (type: string) => ({ type, name: "any", parents: [], props: {} });

describe("within-stage", () => {
  it("accepts the stage, its applications and their objects", async () => {
    await assertPasses(withinStage, stageComponent(context));
    await assertPasses(withinStage, applicationComponent(context));
    await assertPasses(withinStage, deployment());
  });

  for (const type of ["pulumi:pulumi:Stack", "pulumi:providers:kubernetes", "pulumi:providers:pulumi"]) {
    it(`accepts ${type}`, async () => {
      await assertPasses(withinStage, alone(type));
    });
  }

  it("refuses an object beside the stage", async () => {
    await assertViolates(withinStage, { ...deployment(), parents: [] }, [""]);
    await assertViolates(withinStage, { ...deployment(), parents: ["lockstep:index:Application"] }, [""]);
    await assertViolates(withinStage, { ...deployment(), parents: ["other:index:Stage"] }, [""]);
    await assertViolates(withinStage, alone("lockstep:index:Application"), [""]);
  });

  for (const type of [
    "pulumi:providers:aws",
    "aws:s3/bucket:Bucket",
    "command:local:Command",
    "pulumi:pulumi:StackReference",
  ]) {
    it(`refuses ${type}, in the stage and beside it`, async () => {
      await assertViolates(withinStage, alone(type), [""]);
      await assertViolates(withinStage, { ...alone(type), parents: ["lockstep:index:Stage"] }, [""]);
    });
  }
});
