/**
 * What programs need that judge a change: where things are found and kept, how a network is reached, the trust anchor,
 * and what the CI says of the branch. No variable of it holds a credential, as far as its name is used for what it is.
 */
const NEEDED: ReadonlySet<string> = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", "TERM", "TZ", "LANG", "LANGUAGE"],
  ...["LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "NO_COLOR", "FORCE_COLOR"],
  ...["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "NODE_COMPILE_CACHE"],
  // A folder: the file in it names the registries that may be read.
  "DOCKER_CONFIG",
  ...["PULUMI_HOME", "PULUMI_IGNORE_AMBIENT_PLUGINS", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"],
  ...["LOCKSTEP_PROJECT", "LOCKSTEP_TRUST", "LOCKSTEP_TRUST_ANCHOR", "LOCKSTEP_STORE", "LOCKSTEP_DEBUG"],
  ...["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET"],
  // Windows finds neither programs nor its own libraries without them.
  ...["SystemRoot", "SYSTEMROOT", "ComSpec", "PATHEXT", "Path", "USERPROFILE", "APPDATA", "LOCALAPPDATA"],
]);

/** The part of an environment that a change's own code may see. */
export function smallEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      NEEDED.has(name) && value !== undefined ? [[name, value] as const] : [],
    ),
  );
}

/**
 * Makes this process forget everything else, for the code that it loads and the programs that it starts from here on.
 * What was there when it began can still be read by whoever asks the operating system for it.
 */
export function forgetEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  const kept = smallEnvironment(env);
  for (const name of Object.keys(env)) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- There is no other way to unset a variable.
    if (!Object.hasOwn(kept, name)) delete env[name];
  }
}
