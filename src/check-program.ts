import { enableCompileCache } from "node:module";
import { readFile } from "node:fs/promises";

Error.stackTraceLimit = process.env["LOCKSTEP_DEBUG"] === undefined ? 0 : 100;
enableCompileCache();

/** Stands for every secret: a pull request has no passphrase. */
const PLACEHOLDER = "placeholder of a secret";

/**
 * The Pulumi program of `check`: registers what the program would, with placeholders for secrets, from what `check`
 * has already fetched. Previewed only; the cluster is a stand-in.
 */
export default async function program(): Promise<unknown> {
  const [{ getProject, getStack, RunError }, { renderRefusals }, { loadStage }, { deploy }, { parseCheckInputs }] =
    await Promise.all([
      import("@pulumi/pulumi"),
      import("./model/refusal.ts"),
      import("./adapters/stage-loader.ts"),
      import("./deployment.ts"),
      import("./model/check-inputs.ts"),
    ]);
  const file = process.env["LOCKSTEP_CHECK_INPUTS"];
  if (file === undefined) throw new RunError("only `lockstep check` runs this program");
  const { chartPaths, stackFile } = parseCheckInputs(await readFile(file, "utf8"));
  const text = stackFile === undefined ? {} : { text: stackFile };
  const loaded = await loadStage({ project: getProject(), stage: getStack(), ...text });
  if (loaded.kind === "refused") throw new RunError(renderRefusals(loaded.refusals));
  const secrets = loaded.value.stage.applications.map(({ application, secretNames }) => {
    const values = secretNames.map((name) => [name, PLACEHOLDER] as const);
    return [application.name, Object.fromEntries(values)] as const;
  });
  return deploy(loaded.value, {
    clusterUid: loaded.value.definition.clusterUid ?? "",
    chartPaths,
    secrets: new Map(secrets),
    deployed: { applications: [], departed: [] },
    nowMs: Date.now(),
  });
}
