import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Refusal } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";
import type { BackendFiles } from "./backend-files.ts";
import { parseState } from "./stack-state.ts";

/** A copy of a stack's state that the backend keeps by itself, and that can be read. */
export interface StateBackup {
  readonly path: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly madeMs: number;
}

const NANOSECONDS = /\.(\d{19})\.json$/;
const MS_PER_NS = 1e-6;
/** A look at more copies helps nobody. */
const MAX_READ = 20;
const MAX_NAMED = 3;

/** Why a state file is no use, and what to type: the newest copies that are whole. */
export async function describeDamage(stage: string, files: BackendFiles, found: string): Promise<Refusal> {
  const backups = await findBackups(files);
  return {
    code: "damaged-state",
    place: { file: files.state },
    found: [found, ...backups.map(describe)].join("\n"),
    expected: `the state of the stack ${stage}, as the engine writes it`,
    action: actionFor(stage, files, backups[0]),
  };
}

function actionFor(stage: string, { state, backups }: BackendFiles, newest: StateBackup | undefined): string {
  if (newest === undefined)
    return `no copy of it can be read in ${backups}: bring ${state} back from your own backup of the backend`;
  const [from, to] = [newest.path, state].map(shellWord);
  return [
    `cp -p ${to ?? ""} ${to ?? ""}.damaged`,
    `cp ${from ?? ""} ${to ?? ""}`,
    `pulumi refresh --stack ${shellWord(stage)}   # what happened since that copy was made`,
    `npm run deploy -- ${shellWord(stage)}`,
  ].join("\n");
}

function describe({ path, madeMs }: StateBackup): string {
  return `a copy of ${new Date(madeMs).toISOString()}: ${path}`;
}

/** Those that can be read: of the ends of updates, the newest first, then the one beside the state. */
export async function findBackups({ state, backups }: BackendFiles): Promise<readonly StateBackup[]> {
  const names = await readdir(backups).catch(() => []);
  const dated = names.flatMap((name) => {
    const time = NANOSECONDS.exec(name)?.[1];
    return time === undefined ? [] : [{ path: join(backups, name), madeMs: Math.floor(Number(time) * MS_PER_NS) }];
  });
  const newest = dated.toSorted((left, right) => right.madeMs - left.madeMs).slice(0, MAX_READ);
  // The one beside the state last: whoever writes over a broken state makes it a copy of that.
  const candidates = [...newest, ...(await besides(state))];
  const whole = await Promise.all(candidates.map(async ({ path }) => isWhole(path)));
  return candidates.filter((_, index) => whole[index]).slice(0, MAX_NAMED);
}

/** The state before the engine's last step. */
async function besides(state: string): Promise<readonly StateBackup[]> {
  const path = `${state}.bak`;
  const facts = await stat(path).catch(() => undefined);
  return facts === undefined ? [] : [{ path, madeMs: facts.mtimeMs }];
}

async function isWhole(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  return typeof parseState(text) !== "string";
}
