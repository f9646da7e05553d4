/** What a user's machine or a CI would say to git, and to who asks it. */
const FOREIGN = [
  ...["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"],
  ...["GIT_SSH", "GIT_SSH_COMMAND", "GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET"],
];

/**
 * Runs a test where git knows no configuration but the repository's own.
 * @param variables set on top of that
 */
export async function inGitEnvironment<T>(
  test: () => Promise<T>,
  variables: Readonly<Record<string, string>> = {},
): Promise<T> {
  const before = { ...process.env };
  const set = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", ...variables };
  for (const name of FOREIGN) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, set);
  try {
    return await test();
  } finally {
    for (const name of [...FOREIGN, ...Object.keys(set)]) {
      const value = before[name];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
