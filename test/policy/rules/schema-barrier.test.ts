import { schemaBarrier } from "../../../policy/rules/schema-barrier.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { applicationComponent, deployment } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertViolates } from "../harness/verdict.ts";

const LEVEL = "schemaLevels: { appointments: 14 }";
const SCHEMA = "      schema: { supports: { min: 12, max: 14 }, migratesTo: 14 }\n";
const atLevel = (level: number, text = STACK_FILE) => withText(LEVEL, `schemaLevels: { appointments: ${level} }`, text);
const PIN = "Pulumi.inttest.yaml:8:7 lockstep:pins.appointments";

describe("schema-barrier", () => {
  it("accepts a version that supports the stage's level, and one where no level is known", async () => {
    const context = stageContext();
    await assertPasses(schemaBarrier, applicationComponent(context), context);
    const open = stageContext({ stackFile: withText(`  lockstep:${LEVEL}\n`, "") });
    await assertPasses(schemaBarrier, applicationComponent(open), open);
    await assertPasses(schemaBarrier, deployment(), context);
  });

  it("refuses a version that is below it", async () => {
    const context = stageContext({ stackFile: atLevel(15) });
    await assertViolates(schemaBarrier, applicationComponent(context), [PIN], context);
  });

  it("refuses a version that does not say what it supports", async () => {
    const context = stageContext({ stackFile: withText(SCHEMA, "") });
    await assertViolates(schemaBarrier, applicationComponent(context), [PIN], context);
  });
});
