import { readStateMark, type StateMark } from "../../adapters/engine-run/state-mark.ts";
import { orThrow, RefusalError } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";

/**
 * Versions, database levels and holds were compared with what was deployed when the plan was made.
 * @param again how it is planned anew
 * @throws RefusalError where somebody has deployed since
 */
export async function refuseOtherState(
  stage: string,
  shown: StateMark,
  signal: AbortSignal,
  again = `plan again: npm run deploy -- ${shellWord(stage)}`,
): Promise<void> {
  if (orThrow(await readStateMark(stage, signal), 1) === shown) return;
  throw new RefusalError(
    [
      {
        code: "deployed-meanwhile",
        place: { path: stage },
        found: `a stack of ${stage} that was updated after the plan was made`,
        expected: "what is deployed as it was when the plan was shown",
        action: `${again}; nothing was changed. pulumi stack history --stack ${shellWord(stage)} says who it was`,
      },
    ],
    1,
  );
}
