// `npm run quickstart`: plain JavaScript for Node 18 and later.
import { installDependencies, projectRoot, runPinned } from "./bootstrap.js";

installDependencies();
process.exitCode = runPinned([`${projectRoot}/src/cli/main.ts`, "quickstart", ...process.argv.slice(2)]);
