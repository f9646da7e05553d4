import { enableCompileCache } from "node:module";
import { engineAddress, watchEngine } from "./adapters/engine-watch.ts";

// Every promise of the engine's SDK remembers its stack: a third of the program's time with Node's own limit of ten
// frames, a sixth with two. Stacks are shown with LOCKSTEP_DEBUG only.
Error.stackTraceLimit = process.env["LOCKSTEP_DEBUG"] === undefined ? 0 : 100;
enableCompileCache();

let ended = false;
// A program that ends before it has said what there is, says that there is nothing: the engine would delete it all.
process.on("exit", () => {
  if (ended) return;
  process.stderr.write("the program ended early: does a file of src/applications wait for something, or exit?\n");
  process.exitCode = 1;
});

/** The Pulumi program. */
export default async function program(): Promise<unknown> {
  const engine = engineAddress(process.argv);
  if (engine !== undefined) {
    watchEngine(engine, () => {
      process.stderr.write("the engine is gone\n");
      process.kill(process.pid, "SIGKILL");
    });
  }
  try {
    const { deployStage } = await import("./program.ts");
    return await deployStage();
  } finally {
    ended = true;
  }
}
