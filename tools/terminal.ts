import { Listr, PRESET_TIMER } from "listr2";
import type { ToolName } from "./catalogue.ts";
import { describeToolEvent, type OnToolEvent, type ToolEvent } from "./progress.ts";

export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Runs `work` and shows how its builds go: a live list with elapsed times on a terminal, a line per step elsewhere. */
export async function showToolProgress<T>(
  stream: ProgressStream,
  work: (onEvent: OnToolEvent) => Promise<T>,
): Promise<T> {
  if (stream.isTTY === true) return showList(work);
  return work((event) => {
    const line = describeToolEvent(event);
    if (line !== undefined) stream.write(`${line}\n`);
  });
}

interface Step {
  readonly name: ToolName;
  readonly ended: PromiseWithResolvers<undefined>;
  say: (line: string) => void;
}

async function showList<T>(work: (onEvent: OnToolEvent) => Promise<T>): Promise<T> {
  let steps: readonly Step[] = [];
  let list: Promise<unknown> = Promise.resolve();
  const onEvent: OnToolEvent = (event) => {
    if (event.kind === "planned") {
      steps = event.builds.map((name) => ({ name, ended: Promise.withResolvers<undefined>(), say: () => undefined }));
      list = runList(steps);
    } else {
      passOn(event, steps);
    }
  };
  try {
    return await work(onEvent);
  } finally {
    // What has not ended by now never will; the spinner must not go on.
    for (const { ended } of steps) ended.reject(new Error("not built"));
    await list;
  }
}

/** Always resolves: the error that people see comes from the work itself. */
async function runList(steps: readonly Step[]): Promise<void> {
  const list = new Listr(
    steps.map((step) => ({
      title: `Build ${step.name}`,
      task: async (_context, task) => {
        step.say = (line) => {
          task.output = line;
        };
        await step.ended.promise;
      },
    })),
    { rendererOptions: { timer: PRESET_TIMER }, registerSignalListeners: false },
  );
  // A step that is never reached because an earlier one failed would else count as an unhandled rejection.
  for (const { ended } of steps) ended.promise.catch(() => undefined);
  await list.run().catch(() => undefined);
}

function passOn(event: Exclude<ToolEvent, { kind: "planned" }>, steps: readonly Step[]): void {
  const step = steps.find(({ name }) => name === event.name);
  switch (event.kind) {
    case "waiting":
      step?.say("waiting for another process that is building");
      return;
    case "output":
      step?.say(event.line);
      return;
    case "built":
    case "found-built":
      step?.ended.resolve(undefined);
      return;
    case "failed":
    case "interrupted":
      step?.ended.reject(new Error(event.kind));
      return;
    case "building":
      return;
  }
}
