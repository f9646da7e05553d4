/** A repository of a host that people review changes at. */
export interface RemoteRepository {
  readonly kind: "github" | "gitlab";
  /** With the port of a web address that names one. */
  readonly host: string;
  /** Owner and name, at GitLab with all groups: `ehealth/platform`. */
  readonly path: string;
}

/** `user@host:path`, as git takes it for ssh; a drive's letter or a slash before the colon is a path of this machine. */
const SCP_FORM = /^(?:[^/@\s]+@)?(?<host>[^/:@\s]{2,}):(?!\/\/)\/?(?<path>.+)$/;

/** Where ssh is answered at the port of https. */
const WEB_HOSTS: ReadonlyMap<string, string> = new Map([
  ["ssh.github.com", "github.com"],
  ["altssh.gitlab.com", "gitlab.com"],
]);

/** The host and repository of a remote's address; undefined where it is none that is known. Credentials stay behind. */
export function parseRemoteRepository(address: string): RemoteRepository | undefined {
  const { host: named, path } = addressOf(address.trim()) ?? {};
  if (named === undefined || path === undefined) return undefined;
  const host = WEB_HOSTS.get(named) ?? named;
  const kind = kindOf(host);
  const clean = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  const fits = kind === "github" ? /^[\w.-]+\/[\w.-]+$/ : /^[\w.-]+(\/[\w.-]+)+$/;
  return kind === undefined || !fits.test(clean) ? undefined : { kind, host, path: clean };
}

/** Where a person opens a pull request for a branch that was pushed. */
export function pullRequestPage(
  { kind, host, path }: RemoteRepository,
  head: string,
  base: string | undefined,
): string {
  if (kind === "github") {
    const range = base === undefined ? inPath(head) : `${inPath(base)}...${inPath(head)}`;
    return `https://${host}/${path}/compare/${range}?expand=1`;
  }
  const query = new URLSearchParams({ "merge_request[source_branch]": head });
  if (base !== undefined) query.set("merge_request[target_branch]", base);
  return `https://${host}/${path}/-/merge_requests/new?${query.toString()}`;
}

/** Text that may hold an address, without the user and password of it. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(?<scheme>[a-z][a-z0-9+.-]*:\/\/)[^/\s]*@/gi, "$<scheme>");
}

function addressOf(text: string): { readonly host: string; readonly path: string } | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (!URL.canParse(text)) return undefined;
    const { protocol, host, hostname, pathname } = new URL(text);
    if (protocol === "https:") return { host, path: decoded(pathname) };
    // The port is ssh's, not that of the web.
    return protocol === "ssh:" || protocol === "git+ssh:" ? { host: hostname, path: decoded(pathname) } : undefined;
  }
  const { host, path } = SCP_FORM.exec(text)?.groups ?? {};
  return host === undefined || path === undefined ? undefined : { host: host.toLowerCase(), path };
}

function kindOf(host: string): RemoteRepository["kind"] | undefined {
  if (host === "github.com" || host.startsWith("github.")) return "github";
  return host === "gitlab.com" || host.startsWith("gitlab.") ? "gitlab" : undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function inPath(branch: string): string {
  return encodeURIComponent(branch).replaceAll("%2F", "/").replaceAll("%3A", ":");
}
