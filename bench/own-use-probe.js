// Preloaded into a verb: notes at its end what this one process used, without those that it started.
import { writeFileSync } from "node:fs";

const file = process.env["LOCKSTEP_BENCH_USE"];
if (file !== undefined) {
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    writeFileSync(file, JSON.stringify({ cpuMs: (user + system) / 1000, peakBytes }));
  });
}
