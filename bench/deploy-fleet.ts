import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { run } from "../src/adapters/processes.ts";
import { codeRoot } from "../src/adapters/project.ts";
import { renderReference, type PinnedReference } from "../src/model/reference.ts";
import { inNamespace, objectsOfState } from "./cluster-objects.ts";
import { Engine } from "./engine.ts";
import { applicationNames, STAGE, writeProject, writeStackFile, type ProjectContents } from "./generated-project.ts";
import { Helm } from "./helm.ts";
import { Kubectl } from "./kubectl.ts";
import { POLICY_PACK_OPTION, type PolicyFleetSetting } from "./policy-fleet.ts";

export interface DeployFleetSetting extends PolicyFleetSetting {
  readonly helm: string;
}

const CLI = path.join(codeRoot, "src", "cli", "main.ts");
const TIMEOUT_MS = 10 * 60_000;

const stateSchema = z.object({
  deployment: z.object({
    resources: z.array(
      z.object({ urn: z.string(), inputs: z.looseObject({ values: z.looseObject({}).optional() }).optional() }),
    ),
  }),
});

/**
 * A deployed stage in a git repository, with the policy pack, of which one application goes to and fro between two
 * versions. The same application stands beside it as a release of helm, and as a Deployment that kubectl made.
 */
export class DeployFleet {
  readonly #setting: DeployFleetSetting;
  readonly #project: string;
  readonly #namespace: string;
  readonly #engine: Engine;
  readonly #helm: Helm;
  readonly #kubectl: Kubectl;
  #values: Readonly<Record<string, unknown>> = {};
  #turn = 0;

  constructor(setting: DeployFleetSetting) {
    const { folder, pulumi, env, signal, signedImages, chart, helm, kubectl } = setting;
    this.#setting = setting;
    this.#namespace = `bench-deploy-${signedImages.length}`;
    this.#project = path.join(folder, "project");
    this.#engine = new Engine({ pulumi, project: this.#project, state: path.join(folder, "state"), env, signal });
    this.#helm = new Helm({
      helm,
      folder: path.join(folder, "helm"),
      chart,
      namespace: this.#helmNamespace,
      env,
      signal,
    });
    this.#kubectl = new Kubectl({ kubectl, file: path.join(folder, "objects.json"), env, signal });
  }

  async install(): Promise<void> {
    const { folder, signal } = this.#setting;
    await mkdir(path.join(folder, "helm"), { recursive: true });
    await writeProject(this.#project, this.#contents());
    await writeFile(path.join(this.#project, ".gitignore"), "node_modules\n.lockstep\n");
    await run("git", ["init", "--quiet", "--initial-branch=main"], { cwd: this.#project, signal });
    await this.#engine.install();
    await this.#commit();
    const state = await this.#engine.exportState();
    this.#values = valuesOf(state, this.#application);
    await this.#helm.upgrade(this.#application, this.#valuesWith(this.#image));
    const objects = objectsOfState(state).filter(
      ({ kind, metadata }) => kind === "Namespace" || metadata.name === this.#application,
    );
    await this.#kubectl.write(inNamespace(objects, this.#kubectlNamespace));
    await this.#kubectl.apply();
    await this.#kubectl.awaitRollout(this.#application, this.#kubectlNamespace);
  }

  /** Writes and commits the other version of the one application. */
  async changeImage(): Promise<void> {
    this.#turn += 1;
    await writeStackFile(this.#project, this.#contents());
    await this.#commit();
  }

  async pulumiUp(): Promise<void> {
    await this.#engine.up(this.#packEnv);
  }

  async deploy(): Promise<void> {
    await this.#lockstep("deploy", STAGE, "--yes");
  }

  /** Brings the version of before back, until its pods are ready. */
  async rollback(): Promise<void> {
    await this.#lockstep("rollback", STAGE, this.#application, "--reason", "measured", "--yes");
    await this.#kubectl.awaitRollout(this.#application, this.#namespace);
  }

  /** The file is the rollback's now: the next change begins from there. */
  async afterRollback(): Promise<void> {
    this.#turn -= 1;
    await this.#commit();
  }

  async helmUpgrade(): Promise<void> {
    await this.#helm.upgrade(this.#application, this.#valuesWith(this.#other));
  }

  async helmRollback(): Promise<void> {
    await this.#helm.rollback(this.#application);
    await this.#kubectl.awaitRollout(this.#application, this.#helmNamespace);
  }

  async kubectlSetImage(): Promise<void> {
    const image = renderReference(this.#other);
    await this.#kubectl.setImage(this.#application, image, this.#kubectlNamespace);
    await this.#kubectl.awaitRollout(this.#application, this.#kubectlNamespace);
  }

  async kubectlUndo(): Promise<void> {
    await this.#kubectl.undoRollout(this.#application, this.#kubectlNamespace);
    await this.#kubectl.awaitRollout(this.#application, this.#kubectlNamespace);
  }

  /** Makes room on the nodes. */
  async remove(): Promise<void> {
    for (const namespace of [this.#namespace, this.#helmNamespace, this.#kubectlNamespace])
      await this.#kubectl.deleteNamespace(namespace);
  }

  get #application(): string {
    return applicationNames(1)[0] ?? "";
  }

  get #helmNamespace(): string {
    return `${this.#namespace}-helm`;
  }

  get #kubectlNamespace(): string {
    return `${this.#namespace}-kubectl`;
  }

  get #image(): PinnedReference {
    return this.#signed(0);
  }

  get #other(): PinnedReference {
    return this.#signed(1);
  }

  get #packEnv(): Readonly<Record<string, string>> {
    return { [POLICY_PACK_OPTION]: path.join(this.#project, "policy", "lockstep-policy") };
  }

  #signed(index: number): PinnedReference {
    const image = this.#setting.signedImages[index];
    if (image === undefined) throw new Error("fewer signed images than versions");
    return image;
  }

  #contents(): ProjectContents {
    const { signedImages, chart } = this.#setting;
    const names = applicationNames(signedImages.length);
    const images = new Map(signedImages.map((image, index) => [names[index] ?? "", image]));
    images.set(this.#application, this.#turn % 2 === 0 ? this.#image : this.#other);
    return { applicationCount: names.length, namespace: this.#namespace, chart, image: this.#image, images };
  }

  #valuesWith({ registry, repository, tag, digest }: PinnedReference): object {
    return { ...this.#values, image: { repository: `${registry}/${repository}`, tag, digest } };
  }

  async #lockstep(...args: readonly string[]): Promise<void> {
    const { env, signal, folder } = this.#setting;
    const backend = { PULUMI_BACKEND_URL: `file://${path.resolve(folder, "state")}` };
    const project = { LOCKSTEP_PROJECT: this.#project };
    const options = { cwd: this.#project, env: { ...env, ...backend, ...project, ...this.#packEnv }, signal };
    await run(process.execPath, [CLI, ...args], { ...options, timeoutMs: TIMEOUT_MS });
  }

  async #commit(): Promise<void> {
    const git = (...args: readonly string[]) => run("git", args, { cwd: this.#project, signal: this.#setting.signal });
    const who = ["-c", "user.name=bench", "-c", "user.email=bench@bench.example", "-c", "commit.gpgSign=false"];
    await git("add", "--all");
    await git(...who, "commit", "--quiet", "--allow-empty", "--message", "What is measured next");
  }
}

/** The chart's values of an application, as Lockstep computed them. */
function valuesOf(state: string, application: string): Readonly<Record<string, unknown>> {
  const { resources } = stateSchema.parse(JSON.parse(state)).deployment;
  const values = resources.find(({ urn }) => urn.endsWith(`lockstep:index:Application::${application}`))?.inputs
    ?.values;
  if (values === undefined) throw new Error(`the state has no values of ${application}`);
  return values;
}
