import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Mocha's own report, and its counts as JSON in the file that LOCKSTEP_TEST_COUNTS names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env["LOCKSTEP_TEST_COUNTS"];
      const { passes, failures } = this.stats;
      const counts: Counts = { passed: passes, failed: failures };
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}
