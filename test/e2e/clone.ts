import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DEFAULT_PORT_BASE } from "../../sandbox/location.ts";
import { newestRoot } from "../../sandbox/newest-root.ts";
import { peopleFolder, readPerson, type Person, type PersonName } from "../../sandbox/people.ts";
import { stackNames } from "../../sandbox/pulumi-stacks.ts";
import { signTrust } from "../../sandbox/trust-root.ts";
import { ProcessError, run, type ProcessResult } from "../../src/adapters/processes.ts";
import type { Json } from "../../src/model/json.ts";
import { ANCHOR_VARIABLE, renderAnchor } from "../../src/model/trust/anchor.ts";
import { admissionPolicies, policyName } from "../../src/delivery/admission/admission-policies.ts";
import { admissionName } from "../../src/delivery/admission/admission-plan.ts";
import { editYaml, type YamlChange } from "../../src/model/yaml-edit.ts";
import { parseYamlSource } from "../../src/model/yaml-source.ts";
import { pinOf, levelOf } from "./sample-pins.ts";
import { z } from "zod";
import { atTheEnd, repository, sharedSandbox, type SharedSandbox } from "./shared-sandbox.ts";

export interface CallOptions {
  /** @default the clone's folder */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface CloneParts {
  /**
   * Whether pulumi asks the policy pack. Not where the program or the cluster alone is the subject: it costs a second
   * or more of every run.
   * @default true
   */
  readonly pack?: boolean;
}

const listSchema = z.object({
  items: z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) })),
});

const FIRST_STAGE = "inttest";
const STACK_FILE = "Pulumi.inttest.yaml";
/** Where the project and its Pulumi backend lie in a clone's folder. */
const PROJECT = "project";
const STATE = "pulumi-state";
const TRUST = "trust";
const PACK_VARIABLE = "PULUMI_OPTION_POLICY_PACK";
let template: Promise<string> | undefined;

/**
 * The project as it is in the working tree, in a temporary folder with a backend, a trust and a cluster namespace of its
 * own: what a test does in it disturbs neither other tests nor a developer's stacks.
 */
export class Clone {
  readonly folder: string;
  readonly sandbox: SharedSandbox;
  /** The namespace in the cluster that stands for `ehealth` in inttest. */
  readonly namespace: string;
  /** Its trust files: the sandbox's, and a root over them and the clone's policy/. */
  readonly trust: string;
  /** The anchor is that of the clone's first root: chains that tests go on with lead from it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #home: string;

  /** @param name of a home that is there */
  private constructor(sandbox: SharedSandbox, name: string, { pack = true }: CloneParts) {
    this.sandbox = sandbox;
    this.namespace = `e2e-${name}`;
    this.#home = join(sandbox.folder, name);
    this.folder = join(this.#home, PROJECT);
    this.trust = join(this.#home, TRUST);
    const { [PACK_VARIABLE]: folder = "", ...env } = environmentOf(sandbox, this.#home);
    // Empty, not left out: it may be set for the tests' own process.
    this.env = { ...env, [PACK_VARIABLE]: pack ? folder : "" };
  }

  static async make(parts: CloneParts = {}): Promise<Clone> {
    const sandbox = await sharedSandbox();
    template ??= makeTemplate(sandbox);
    const name = randomBytes(4).toString("hex");
    await cp(await template, join(sandbox.folder, name), { recursive: true, verbatimSymlinks: true });
    const clone = new Clone(sandbox, name, parts);
    atTheEnd(() => clone.remove());
    await clone.change({ path: ["config", "lockstep:namespaces", "ehealth", "name"], value: clone.namespace });
    await clone.commit();
    return clone;
  }

  /** The namespace in the cluster that stands for `ehealth` in a stage. */
  namespaceOf(stage: string): string {
    return stage === FIRST_STAGE ? this.namespace : `${this.namespace}-${stage}`;
  }

  /**
   * Removes what the test made, in the cluster too; later calls do nothing.
   * @param stages that run in the cluster
   */
  async remove(stages: readonly string[] = [FIRST_STAGE]): Promise<void> {
    const policies = stages.flatMap((stage) => {
      const name = admissionName("lockstep", stage, [this.namespaceOf(stage)]);
      return admissionPolicies(stage, name).map(({ id }) => policyName(name, id));
    });
    for (const kind of ["validatingadmissionpolicybindings", "validatingadmissionpolicies"])
      await this.kubectl("delete", kind, ...policies, "--ignore-not-found");
    const namespaces = stages.map((stage) => this.namespaceOf(stage));
    await this.kubectl("delete", "namespace", ...namespaces, "--ignore-not-found", "--wait=false");
    await rm(this.#home, { recursive: true, force: true });
  }

  /** `pulumi …` in the clone's folder; the result whatever its exit code. */
  async pulumi(args: readonly string[], options?: CallOptions): Promise<ProcessResult> {
    return this.#run(this.sandbox.tools.paths.pulumi, args, options);
  }

  /** `pulumi up`, planned and done in one: for tests whose subject is not the plan. */
  async up({
    stage = FIRST_STAGE,
    ...options
  }: CallOptions & { readonly stage?: string } = {}): Promise<ProcessResult> {
    return this.pulumi(["up", "--stack", stage, "--yes", "--skip-preview"], options);
  }

  async preview(...flags: readonly string[]): Promise<ProcessResult> {
    return this.pulumi(["preview", "--stack", "inttest", ...flags]);
  }

  /** `npx lockstep …` in the clone's folder, without a terminal. */
  async lockstep(args: readonly string[], options?: CallOptions): Promise<ProcessResult> {
    return this.#run(process.execPath, [join(this.folder, "bin", "lockstep.js"), ...args], options);
  }

  /** @throws with kubectl's own words */
  async kubectl(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#run(this.sandbox.tools.paths.kubectl, args, { cwd: repository });
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** What is in the clone's namespace of the cluster now, by `<Kind>/<name>`, as the API server gives it. */
  async objects(...kinds: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const text = await this.kubectl("get", kinds.join(","), "--namespace", this.namespace, "--output", "json");
    const { items } = listSchema.parse(JSON.parse(text));
    return new Map(items.map((item) => [`${item.kind}/${item.metadata.name}`, item]));
  }

  /** One value of one object in a stage's namespace, by JSONPath; empty where it has none. */
  async field(object: string, path: string, stage = FIRST_STAGE): Promise<string> {
    return this.kubectl("get", object, "--namespace", this.namespaceOf(stage), "--output", `jsonpath=${path}`);
  }

  /** That many ready pods and no more: those of the version before leave a moment after the update. */
  async untilReady(object: string, replicas: number, stage = FIRST_STAGE): Promise<void> {
    const condition = `--for=jsonpath={.status.readyReplicas}=${replicas}`;
    await this.kubectl("wait", object, "--namespace", this.namespaceOf(stage), condition, "--timeout=60s");
  }

  async read(file = STACK_FILE): Promise<string> {
    return readFile(join(this.folder, file), "utf8");
  }

  async write(file: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), content);
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    await this.write(file, change(await this.read(file)));
  }

  /** Lays values into the stack file of inttest, or removes them. */
  async change(...changes: readonly YamlChange[]): Promise<void> {
    await this.changeFile(STACK_FILE, ...changes);
  }

  /** The same in another file of the clone. */
  async changeFile(file: string, ...changes: readonly YamlChange[]): Promise<void> {
    await this.edit(file, (text) => {
      const source = parseYamlSource(file, text);
      if (source.kind === "refused") throw new Error(source.refusals.map(({ found }) => found).join("; "));
      return editYaml(source.value, changes);
    });
  }

  /** Sets settings of an application in inttest. */
  async settings(application: string, settings: Readonly<Record<string, Json | undefined>>): Promise<void> {
    const entries = Object.entries(settings);
    await this.change(
      ...entries.map(([key, value]) => ({ path: ["config", "lockstep:settings", application, key], value })),
    );
  }

  /** Writes a sample version's pin into inttest without asking the registry, as an earlier `pin` would have left it. */
  async pinned(application: string, version: string): Promise<void> {
    const level = levelOf(application, version);
    await this.change(
      {
        path: ["config", "lockstep:pins", application],
        value: await pinOf(this.sandbox.location.registry, application, version),
      },
      ...(level === undefined ? [] : [{ path: ["config", "lockstep:schemaLevels", application], value: level }]),
    );
  }

  /** Writes and signs the next root, where a trust file or a file under policy/ is not as the newest one lists it. */
  async signTrust(): Promise<void> {
    await signTrust({ trust: this.trust, project: this.folder, owner: await this.person("owner") });
  }

  /** Somebody of the sandbox's demonstration people, with their SSH key. */
  async person(name: PersonName): Promise<Person> {
    return personOf(this.sandbox, name);
  }

  /** Makes what is in the clone now its state of departure for `gitStatus`. */
  async commit(): Promise<void> {
    const who = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.com", "-c", "commit.gpgSign=false"];
    const flags = ["--quiet", "--allow-empty", "--no-verify", "--message", "As it was"];
    await run("git", ["add", "--all"], { cwd: this.folder });
    await run("git", [...who, "commit", ...flags], { cwd: this.folder });
  }

  /** What git says has changed since the last commit; empty where nothing has. */
  async gitStatus(): Promise<string> {
    return (await run("git", ["status", "--porcelain"], { cwd: this.folder })).stdout;
  }

  async #run(file: string, args: readonly string[], options: CallOptions = {}): Promise<ProcessResult> {
    const { cwd = this.folder, env = {}, timeoutMs = 180_000 } = options;
    try {
      return await run(file, args, { cwd, env: { ...this.env, ...env }, timeoutMs });
    } catch (error) {
      if (!(error instanceof ProcessError) || error.exitCode === undefined) throw error;
      return { exitCode: error.exitCode, stdout: error.stdout, stderr: error.stderr };
    }
  }
}

/** Copied for every clone: one snapshot for all tests, whatever a developer saves meanwhile. */
async function makeTemplate(sandbox: SharedSandbox): Promise<string> {
  const home = join(sandbox.folder, "template");
  const folder = join(home, PROJECT);
  await copyWorkingTree(folder);
  const stages = await stackNames(folder);
  await Promise.all(stages.map((stage) => rewriteRegistry(join(folder, `Pulumi.${stage}.yaml`), sandbox)));
  await mkdir(join(home, STATE));
  await mkdir(join(home, "pulumi-home"));
  await symlink(join(sandbox.location.pulumiHome, "plugins"), join(home, "pulumi-home", "plugins"));
  await cp(sandbox.location.trust, join(home, TRUST), { recursive: true });
  // The working tree's policy/ may have changed since the sandbox was started.
  await signTrust({ trust: join(home, TRUST), project: folder, owner: await personOf(sandbox, "owner") });
  const env = environmentOf(sandbox, home);
  for (const stage of stages)
    await run(sandbox.tools.paths.pulumi, ["stack", "init", stage, "--no-select"], { cwd: folder, env });
  await run("git", ["init", "--quiet", "--initial-branch=main"], { cwd: folder });
  return home;
}

async function copyWorkingTree(folder: string): Promise<void> {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await run("git", list, { cwd: repository });
  const files = [...new Set(stdout.split("\0").filter((file) => file !== ""))];
  await Promise.all(
    files.map(async (file) => {
      // A file that is deleted in the working tree is still in the index.
      await cp(join(repository, file), join(folder, file)).catch((error: unknown) => {
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      });
    }),
  );
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
}

/** The committed pins name the registry at its default address. */
async function rewriteRegistry(file: string, { location }: SharedSandbox): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replaceAll(`127.0.0.1:${DEFAULT_PORT_BASE}`, location.registry));
}

async function personOf({ location }: SharedSandbox, name: PersonName): Promise<Person> {
  const person = await readPerson(peopleFolder(location), name);
  if (person === undefined) throw new Error(`the sandbox in ${location.folder} has no key of ${name}`);
  return person;
}

function environmentOf(sandbox: SharedSandbox, home: string): Record<string, string> {
  const root = newestRoot(join(home, TRUST));
  return {
    ...sandbox.env,
    LOCKSTEP_TRUST: join(home, TRUST),
    ...(root === undefined ? {} : { [ANCHOR_VARIABLE]: renderAnchor(root) }),
    LOCKSTEP_STORE: join(home, "store"),
    LOCKSTEP_TOOLS: join(repository, ".tools"),
    PULUMI_BACKEND_URL: `file://${join(home, STATE)}`,
    PULUMI_HOME: join(home, "pulumi-home"),
    [PACK_VARIABLE]: join(home, PROJECT, "policy", "lockstep-policy"),
    NODE_COMPILE_CACHE: join(sandbox.folder, "compile-cache"),
  };
}
