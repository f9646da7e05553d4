import { projectRoot } from "../../adapters/project.ts";
import { ProcessError } from "../../adapters/processes.ts";
import { signRoot } from "../../adapters/trust/write-root.ts";
import { digestOf } from "../../model/digest.ts";
import { RefusalError, orThrow } from "../../model/refusal.ts";
import { anchorLine } from "../../model/trust/anchor.ts";
import { renderRoot } from "../../model/trust/root.ts";
import { ROOT_FOLDER } from "../../model/trust/trust-files.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { planInit, type InitPlan } from "./init-plan.ts";
import { renderOpenPoints } from "./open-points.ts";
import { ownerText, ownerToJson } from "./root-text.ts";
import { refuseKey, withKeyFile } from "../signing-key.ts";
import { writeAllOrNothing } from "./write-all-or-nothing.ts";

export interface InitOptions extends ChangeOptions {
  readonly key?: string;
  readonly principal?: string;
  readonly addOwner?: readonly string[];
  readonly member?: readonly string[];
  readonly threshold?: number;
}

/** Starts the trust of a clone: shows the plan, asks, writes and signs. @throws RefusalError with every reason */
export async function initTrust(options: InitOptions, signal: AbortSignal): Promise<void> {
  const plan = orThrow(await planInit(options, { project: projectRoot, now: new Date(), signal }), 2);
  if (options.json !== true) process.stdout.write(`${renderInit(plan)}\n`);
  const question = `Write these files and sign root 1 as ${plan.signer.principal}?`;
  const confirmed = options.dryRun !== true && (await confirm(question, options, signal));
  if (confirmed) await apply(plan, signal);
  if (options.json === true) process.stdout.write(`${JSON.stringify(toJson(plan, confirmed), undefined, 2)}\n`);
  else process.stdout.write(confirmed ? renderNext(plan) : "nothing was written\n");
}

/** The signature comes first: without it nothing is written. */
async function apply(plan: InitPlan, signal: AbortSignal): Promise<void> {
  const signature = await withKeyFile(plan.key, (file) => signRoot(plan.root, file, signal)).catch((error: unknown) => {
    if (error instanceof ProcessError && error.code === "failed") throw new RefusalError([refuseKey(plan.key, error)]);
    throw error;
  });
  const files = new Map([
    ...plan.missing,
    [`${ROOT_FOLDER}/1.json`, renderRoot(plan.root)] as const,
    [`${ROOT_FOLDER}/1.1.sig`, signature] as const,
  ]);
  await writeAllOrNothing(plan.folder, files);
}

/** The plan as text. */
export function renderInit({ display, missing, kept, root, key, open }: InitPlan): string {
  const { owners, threshold, rules } = root;
  return [
    `${display}/: who and what counts for this project, as files, and root 1: their SHA-256 and that of ${rules.size} files of policy/ and Pulumi.yaml`,
    ...kept.map((name) => `  kept      ${display}/${name}`),
    ...[...missing.keys()].map((name) => `  new       ${display}/${name}`),
    `  new       ${display}/${ROOT_FOLDER}/1.json, signed with ${key.file ?? "a key"} (${key.origin})`,
    ...owners.map((owner, index) => `  ${index === 0 ? "owners" : "      "}    ${ownerText(owner)}`),
    `  threshold ${threshold} of ${owners.length}: ${threshold === 1 ? "any owner" : `${threshold} owners`} can change what counts`,
    ...renderOpenPoints(open, display),
  ].join("\n");
}

function renderNext({ display, root }: InitPlan): string {
  return `
Root 1 is signed. This line is where trust begins:

  ${lineOf(root)}

Set it where deployments and checks run: protected variables of the pipeline, the profile of a deploy machine.
Never in the repository: who can change a file there could change the anchor with it.

Next: git add ${display} && git commit
      npm run trust -- verify     with the anchor set
      docs/trust.md               change a rule, a person leaves, a key is stolen
`;
}

function lineOf(root: InitPlan["root"]): string {
  return anchorLine({ version: root.version, digest: digestOf(renderRoot(root)) });
}

function toJson(plan: InitPlan, written: boolean): object {
  return {
    folder: plan.folder,
    written,
    files: { kept: plan.kept, new: [...plan.missing.keys()] },
    owners: plan.root.owners.map(ownerToJson),
    threshold: plan.root.threshold,
    anchor: lineOf(plan.root).replace(/^.*=/, ""),
    open: plan.open,
  };
}
