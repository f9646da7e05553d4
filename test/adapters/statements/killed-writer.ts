// A process of its own for the fault tests: writes a stage's change, an approval, or finishes one, and kills itself at a
// step: killed-writer.ts <folder> <change|approval|finish> <step> [user]. Prints the number of steps, or the refusal.
import { finishUnfinished } from "../../../src/adapters/statements/pending-change.ts";
import { writeApproval } from "../../../src/adapters/statements/write-approval.ts";
import { writeStageChange } from "../../../src/adapters/statements/write-stage-change.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { interruptedDisk } from "./interrupted-disk.ts";
import { approvalOf, change } from "./written-stage.ts";

const [root = "", what, killedAt = "-1", user] = process.argv.slice(2);
// Root may write everything.
if (user !== undefined) process.setuid?.(Number(user));

let steps = 0;
const disk = interruptedDisk((step) => {
  steps += 1;
  if (step === Number(killedAt)) process.kill(process.pid, "SIGKILL");
});

try {
  if (what === "approval") await writeApproval(approvalOf("ben@example.com"), root, disk);
  else if (what === "finish") await finishUnfinished("prod", root, disk);
  else await writeStageChange(change, root, disk);
  process.stdout.write(JSON.stringify({ steps }));
} catch (error) {
  const code = error instanceof RefusalError ? error.refusals[0]?.code : String(error);
  process.stdout.write(JSON.stringify({ steps, refused: code }));
}
