import { enableCompileCache } from "node:module";

// A promise of the engine's SDK remembers its stack: a third of the program's time with Node's own limit of ten frames.
Error.stackTraceLimit = process.env["LOCKSTEP_DEBUG"] === undefined ? 2 : 100;
enableCompileCache();

const { deployStage } = await import("./program.ts");

export default deployStage;
