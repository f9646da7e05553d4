// `npm test`: plain JavaScript for Node 18 and later. Types, lint, then every test; ends with one line of counts.
import { installDependencies, projectRoot, runPinned } from "./bootstrap.js";

installDependencies();
const bin = `${projectRoot}/node_modules`;
const steps = [
  [`${bin}/typescript/bin/tsc`],
  [`${bin}/eslint/bin/eslint.js`, "."],
  [`${bin}/prettier/bin/prettier.cjs`, "--check", "--log-level", "warn", "."],
  [`${projectRoot}/test/run-all.ts`, ...process.argv.slice(2)],
];
process.exitCode = steps.reduce((exitCode, step) => exitCode || runPinned(step), 0);
