// Verifies the signatures of every image of a stage, the pack's own way, in a process of its own: LOCKSTEP_PROJECT,
// LOCKSTEP_TRUST and LOCKSTEP_STORE say which and with what. Prints what it took as JSON.
import { SignatureChecks } from "../src/adapters/signatures/signature-checks.ts";
import { loadStage } from "../src/adapters/stage-loader.ts";

const [project = "", stage = ""] = process.argv.slice(2);
const loaded = await loadStage({ project, stage });
if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.refusals, undefined, 2));
const { stage: contents, trust } = loaded.value;
const images = contents.applications.map(({ pin }) => pin.image);

const startedAt = performance.now();
const before = process.cpuUsage();
const checks = new SignatureChecks(trust, stage);
const refusals = (await Promise.all(images.map((image) => checks.refuse(image, "image")))).flat();
const { user, system } = process.cpuUsage(before);
const ms = performance.now() - startedAt;
if (refusals.length > 0) throw new Error(JSON.stringify(refusals.slice(0, 3), undefined, 2));
process.stdout.write(JSON.stringify({ images: images.length, ms, cpuMs: (user + system) / 1000 }));
