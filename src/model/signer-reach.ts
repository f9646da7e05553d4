import type { ImageKey } from "./image-keys.ts";
import { matchesRepository } from "./repository-pattern.ts";

const EVERY_STAGE = "*";

/** Those that count for a stage and for a repository, `registry/repository` without tag and digest. */
export function keysFor<Signer extends Pick<ImageKey, "stages" | "repositories">>(
  signers: readonly Signer[],
  stage: string,
  repositoryName: string,
): readonly Signer[] {
  return signers.filter(
    ({ stages, repositories }) =>
      (stages.includes(EVERY_STAGE) || stages.includes(stage)) &&
      repositories.some((pattern) => matchesRepository(pattern, repositoryName)),
  );
}
