import { Option, type Command } from "commander";
import { pushBranch } from "../adapters/git-remote.ts";
import { GitFolder } from "../adapters/git.ts";
import { GitWriter } from "../adapters/git-writer.ts";
import { mergeRequestOptions, openedMergeRequest, openPullRequest } from "../adapters/pull-request.ts";
import { projectRoot } from "../adapters/project.ts";
import { commitMessage, messageBody, titleLine, type CommitText } from "../delivery/commit-message.ts";
import type { Json } from "../model/json.ts";
import { accepted, andThen, printable, RefusalError, type Outcome, type Refusal } from "../model/refusal.ts";
import { pullRequestPage } from "../model/remote-repository.ts";
import { shellCommand } from "../model/shell-word.ts";
import { planPublication, type PublicationPlan, type Review } from "./publication-plan.ts";

export interface PublicationOptions {
  readonly commit?: boolean;
  readonly branch?: string;
  /** Undefined: a new branch is pushed where there is a remote. */
  readonly push?: boolean;
  /** Of the verb, where it has one: the branch that the change is to go to. */
  readonly base?: string;
}

/** What a verb has written. */
export interface WrittenFiles extends CommitText {
  /** Relative to the project; all of them are there. */
  readonly files: readonly string[];
}

export interface Published {
  /** Undefined: nothing was committed, because nobody asked for it. */
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  /** The remote that has it now. */
  readonly remote: string | undefined;
  /** Of the pull request that was opened. */
  readonly pullRequest: string | undefined;
  /** Where one can be opened by hand. */
  readonly page: string | undefined;
  /** The branch that it is to go to, where that is known. */
  readonly target: string | undefined;
  /** Why no pull request was opened, where that was tried. */
  readonly problem: string | undefined;
  /** The command that pushes it, where it was not. */
  readonly pushCommand: string | undefined;
}

/** What will be done with the files of a verb. */
export interface Publication {
  /** For the plan; empty where nothing is committed. */
  readonly steps: readonly string[];
  /** @throws RefusalError (1) where git refuses: it says what was done and how to go on */
  readonly publish: (written: WrittenFiles) => Promise<Published>;
}

export const UNPUBLISHED: Published = {
  commit: undefined,
  branch: undefined,
  remote: undefined,
  pullRequest: undefined,
  page: undefined,
  target: undefined,
  problem: undefined,
  pushCommand: undefined,
};

/** Those of every verb that writes files which belong into one commit. */
export function addPublicationOptions(command: Command): Command {
  return command
    .option("--commit", "makes one commit of exactly the files that it writes")
    .option("--branch <name>", "makes a branch for the commit, pushes it and opens a pull request where it can")
    .addOption(new Option("--push", "pushes the commit; what --branch does where there is a remote"))
    .addOption(new Option("--no-push", "leaves it with the commit"));
}

/**
 * Asks beforehand whether what is to be written can be committed and pushed as the options say: all that stands
 * against it. Without --commit, --branch and --push nothing is asked.
 * @param folder the project's, for tests
 */
export async function preparePublication(
  options: PublicationOptions,
  signal: AbortSignal,
  folder: string = projectRoot,
): Promise<Outcome<Publication>> {
  const { commit, branch: newBranch, push, base } = options;
  if (commit !== true && newBranch === undefined && push !== true)
    return accepted({ steps: [], publish: () => Promise.resolve(UNPUBLISHED) });
  const plan = await planPublication({ newBranch, push, base, folder, signal });
  return andThen(plan, (to) =>
    accepted({ steps: stepsOf(to), publish: (written: WrittenFiles) => publish({ to, written, folder, signal }) }),
  );
}

function stepsOf({ branch, isNew, remote, push, review, target }: PublicationPlan): readonly string[] {
  const commit = `commits these files on ${isNew ? "a new branch " : ""}${branch}`;
  if (!push || remote === undefined) return [commit];
  const into = target === undefined ? "" : ` into ${target}`;
  const asks = { github: `opens a pull request${into}, where gh is here`, gitlab: `opens a merge request${into}` };
  const asked = isNew && review !== undefined ? [asks[review.repository.kind]] : [];
  return [commit, `pushes ${branch} to ${remote}`, ...asked];
}

interface Publishing {
  readonly to: PublicationPlan;
  readonly written: WrittenFiles;
  readonly folder: string;
  readonly signal: AbortSignal;
}

async function publish(publishing: Publishing): Promise<Published> {
  const { to, written, folder, signal } = publishing;
  const branch = to.isNew ? to.branch : undefined;
  const request = { files: written.files, message: commitMessage(written), branch };
  const made = await new GitWriter(folder, signal).commit(request);
  if (made.kind === "failed") throw new RefusalError([commitFailed(made.why, made.commands)]);
  if (made.deviations.length > 0) throw new RefusalError([commitDeviates(made.commit, made.deviations)]);
  const { branch: onto, target, remote } = to;
  const published = { ...UNPUBLISHED, commit: made.commit, branch: onto, target, pushCommand: pushCommand(to) };
  return to.push && remote !== undefined ? push(publishing, published, remote) : published;
}

async function push({ to, written, folder, signal }: Publishing, done: Published, remote: string): Promise<Published> {
  const { branch, target, isNew, review } = to;
  const title = titleLine(written);
  // Only a branch of its own is a change that waits for a review, and has no pull request yet.
  const kind = isNew ? review?.repository.kind : undefined;
  const options = kind === "gitlab" ? mergeRequestOptions(title, target) : [];
  const git = new GitFolder(folder, signal);
  const answer = await pushBranch(git, { remote, branch, track: isNew, options }, signal);
  if (answer.kind === "failed") throw new RefusalError([pushFailed(done, remote, answer.why)]);
  const page = review === undefined || !(isNew || target !== undefined) ? undefined : pageOf(review, target);
  const pushed = { ...done, remote, page, pushCommand: undefined };
  if (kind === "gitlab") return { ...pushed, pullRequest: openedMergeRequest(answer.stderr) };
  if (kind === undefined || review === undefined) return pushed;
  const opened = await openPullRequest({ ...review, base: target, title, body: messageBody(written), folder, signal });
  if (opened.kind === "opened") return { ...pushed, pullRequest: opened.url };
  return { ...pushed, problem: opened.kind === "failed" ? opened.why : undefined };
}

function pageOf({ repository, head }: Review, target: string | undefined): string {
  return pullRequestPage(repository, head, target);
}

function pushCommand({ branch, remote, isNew }: PublicationPlan): string | undefined {
  if (remote === undefined) return undefined;
  return shellCommand(["git", "push", ...(isNew ? ["--set-upstream"] : []), remote, branch]);
}

/** What was done, and what a person does next; empty where nothing was committed. */
export function renderPublished(published: Published): string {
  return [...publishedFacts(published), ...publishedSteps(published).map((step) => `next: ${step}`)].join("\n");
}

/** What was done, a line each. */
export function publishedFacts({ commit, branch, remote, pullRequest, problem }: Published): readonly string[] {
  if (commit === undefined) return [];
  const place = branch === undefined ? "" : ` on ${branch}`;
  const where = remote === undefined ? "" : `, pushed to ${remote}`;
  return [
    `committed ${commit.slice(0, 12)}${place}${where}`,
    ...(pullRequest === undefined ? [] : [`opened the pull request ${printable(pullRequest)}`]),
    ...(problem === undefined ? [] : [`gh opened no pull request: ${printable(problem).replaceAll("\n", "\n  ")}`]),
  ];
}

/** What a person does for it to be merged. */
export function publishedSteps(published: Published): readonly string[] {
  const { commit, branch, remote, pullRequest, page, target, pushCommand } = published;
  if (commit === undefined || pullRequest !== undefined) return [];
  if (remote === undefined) return pushCommand === undefined ? [] : [pushCommand];
  if (page !== undefined) return [`open the pull request at ${page}`];
  return target === undefined ? [] : [`ask for ${branch ?? "it"} to be merged into ${target}`];
}

/** For programs: to be spread into a verb's document. */
export function publishedToJson({ commit, branch, remote, pullRequest, page }: Published): {
  readonly commit: Json;
  readonly branch: Json;
  readonly pushed: Json;
  readonly pullRequest: Json;
  readonly pullRequestPage: Json;
} {
  return {
    commit: commit ?? null,
    branch: branch ?? null,
    pushed: remote !== undefined,
    pullRequest: pullRequest === undefined ? null : { url: pullRequest },
    pullRequestPage: page ?? null,
  };
}

function commitFailed(why: string, commands: readonly (readonly string[])[]): Refusal {
  return {
    code: "commit-failed",
    place: { path: "git commit" },
    found: why,
    expected: "a commit; the files are written, branch and index are as they were",
    action: `see to the reason, then:\n${commands.map(shellCommand).join(" &&\n")}`,
  };
}

function commitDeviates(commit: string, deviations: readonly string[]): Refusal {
  return {
    code: "commit-deviates",
    place: { path: `git show ${commit.slice(0, 12)}` },
    found: deviations.join("\n"),
    expected: "exactly the files that were written, byte for byte: statements are signed",
    action: "git reset --soft HEAD~1 takes the commit back; see to the hook or filter that did it. Nothing was pushed",
  };
}

function pushFailed({ commit, branch, pushCommand }: Published, remote: string, why: string): Refusal {
  return {
    code: "push-failed",
    place: { path: `git push ${remote}` },
    found: why,
    expected: `${remote} to take ${branch ?? "it"}; the commit ${commit?.slice(0, 12) ?? ""} is made and stays`,
    action: `${pushCommand ?? "git push"}; nothing else is to be done again`,
  };
}
