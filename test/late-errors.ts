// Required by mocha: what fails after the last test of a process has ended is nobody's failure there, but is one.
import { appendFileSync } from "node:fs";

const file = process.env["LOCKSTEP_TEST_LATE_ERRORS"];

if (file !== undefined) {
  process.on("uncaughtExceptionMonitor", (error, origin) => {
    appendFileSync(file, `${origin}: ${error.stack ?? error.message}\n`);
  });
}
