import path from "node:path";
import type { PinnedReference } from "../src/model/reference.ts";
import { renderReference } from "../src/model/reference.ts";
import { inNamespace, objectsOfState, type ClusterObject } from "./cluster-objects.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { applicationNames, writeProject, writeStackFile, type ProjectContents } from "./generated-project.ts";
import { writeHandWrittenProject } from "./hand-written-project.ts";
import { Kubectl } from "./kubectl.ts";

export interface FleetSetting {
  readonly folder: string;
  readonly pulumi: string;
  readonly kubectl: string;
  readonly env: Readonly<Record<string, string>>;
  readonly chart: PinnedReference;
  /** Two versions to go to and fro between. */
  readonly images: readonly [PinnedReference, PinnedReference];
  readonly signal: AbortSignal;
}

/** So many applications, deployed side by side by Lockstep, by kubectl and, where wanted, by a hand-written program. */
export class Fleet {
  readonly lockstep: Engine;
  readonly handWritten: Engine;
  readonly kubectl: Kubectl;
  private readonly setting: FleetSetting;
  private readonly contents: ProjectContents;
  private objects: readonly ClusterObject[] = [];
  private changes = 0;

  constructor(applicationCount: number, setting: FleetSetting) {
    const { chart, images, env, signal, kubectl } = setting;
    this.setting = setting;
    this.contents = { applicationCount, namespace: `bench-${applicationCount}`, chart, image: images[0] };
    this.lockstep = new Engine(this.engineOptions("lockstep"));
    this.handWritten = new Engine(this.engineOptions("hand-written"));
    this.kubectl = new Kubectl({ kubectl, file: path.join(setting.folder, "objects.json"), env, signal });
  }

  /** Deploys everything for the first time. */
  async install({ handWritten }: { handWritten: boolean }): Promise<void> {
    await writeProject(this.projectFolder("lockstep"), this.contents);
    await this.lockstep.install();
    // What the chart renders and the engine declares: the others get exactly the same.
    this.objects = objectsOfState(await this.lockstep.exportState());
    await this.kubectl.write(inNamespace(this.objects, this.kubectlNamespace));
    await this.kubectl.apply();
    await this.kubectl.awaitRollouts(this.kubectlNamespace);
    if (!handWritten) return;
    const objects = inNamespace(this.objects, this.handWrittenNamespace);
    await writeHandWrittenProject(this.projectFolder("hand-written"), objects);
    await this.handWritten.install();
  }

  /** Writes another version of one application where Lockstep and kubectl read it; deploying it is what is measured. */
  async changeImage(): Promise<void> {
    this.changes += 1;
    const { images } = this.setting;
    const image = images[this.changes % 2 === 0 ? 0 : 1];
    await writeStackFile(this.projectFolder("lockstep"), {
      ...this.contents,
      images: new Map([[this.changedApplication, image]]),
    });
    const before = renderReference(images[0]);
    const changed = this.objects.map((object) =>
      object.kind === "Deployment" && object.metadata.name === this.changedApplication
        ? (JSON.parse(JSON.stringify(object).replaceAll(before, renderReference(image))) as ClusterObject)
        : object,
    );
    await this.kubectl.write(inNamespace(changed, this.kubectlNamespace));
  }

  async applyAndWait(): Promise<void> {
    await this.kubectl.apply();
    await this.kubectl.awaitRollout(this.changedApplication, this.kubectlNamespace);
  }

  /** Makes room on the nodes. */
  async remove(): Promise<void> {
    for (const namespace of [this.contents.namespace, this.kubectlNamespace, this.handWrittenNamespace])
      await this.kubectl.deleteNamespace(namespace);
  }

  private get kubectlNamespace(): string {
    return `${this.contents.namespace}-kubectl`;
  }

  private get handWrittenNamespace(): string {
    return `${this.contents.namespace}-by-hand`;
  }

  private get changedApplication(): string {
    return applicationNames(1)[0] ?? "";
  }

  private projectFolder(kind: string): string {
    return path.join(this.setting.folder, kind);
  }

  private engineOptions(kind: string): EngineOptions {
    const { pulumi, env, signal, folder } = this.setting;
    return { pulumi, project: this.projectFolder(kind), state: path.join(folder, `${kind}-state`), env, signal };
  }
}
