import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRemoteRepository, pullRequestPage, withoutCredentials } from "../../src/model/remote-repository.ts";

describe("a remote's repository", () => {
  for (const [address, expected] of [
    ["https://github.com/ehealth/platform.git", "github github.com ehealth/platform"],
    ["https://github.com/ehealth/platform/", "github github.com ehealth/platform"],
    ["https://anna:s3cr3t@github.com/ehealth/platform", "github github.com ehealth/platform"],
    ["git@github.com:ehealth/platform.git", "github github.com ehealth/platform"],
    ["GitHub.com:ehealth/platform", "github github.com ehealth/platform"],
    ["ssh://git@github.com/ehealth/platform.git", "github github.com ehealth/platform"],
    ["ssh://git@ssh.github.com:443/ehealth/platform.git", "github github.com ehealth/platform"],
    ["git@github.example.com:ehealth/platform.git", "github github.example.com ehealth/platform"],
    ["https://gitlab.com/ehealth/care/platform.git", "gitlab gitlab.com ehealth/care/platform"],
    ["https://gitlab.example.com:8443/ehealth/platform", "gitlab gitlab.example.com:8443 ehealth/platform"],
    ["ssh://git@gitlab.example.com:2222/ehealth/platform.git", "gitlab gitlab.example.com ehealth/platform"],
  ] as const) {
    it(`is found in ${address}`, () => {
      const { kind, host, path } = parseRemoteRepository(address) ?? {};
      assert.equal([kind, host, path].join(" "), expected);
    });
  }

  for (const address of [
    "https://git.example.com/ehealth/platform",
    "https://mygithub.com/ehealth/platform",
    "https://github.com/ehealth",
    "https://github.com/ehealth/platform/more",
    "https://github.com/ehealth/plat form",
    "file:///srv/github.com/ehealth/platform",
    "/srv/git@github.com:ehealth/platform",
    "./github.com:ehealth/platform",
    "C:/github.com/platform",
    "https://[",
    "",
  ]) {
    it(`is none that is known in ${JSON.stringify(address)}`, () => {
      assert.equal(parseRemoteRepository(address), undefined);
    });
  }

  it("never holds a credential of the address, whatever that is", () => {
    const word = fc.stringMatching(/^[a-z0-9%~!$&*._-]{4,12}$/);
    fc.assert(
      fc.property(word, word, (user, password) => {
        const address = `https://${user}:Q${password}Q@github.com/ehealth/platform.git`;
        assert.ok(!JSON.stringify(parseRemoteRepository(address) ?? {}).includes(`Q${password}Q`));
        assert.equal(withoutCredentials(`to '${address}': no`), "to 'https://github.com/ehealth/platform.git': no");
      }),
    );
  });
});

describe("the page to open a pull request at", () => {
  it("compares two branches at GitHub, or one with the default one", () => {
    const repository = { kind: "github", host: "github.com", path: "ehealth/platform" } as const;
    const page = "https://github.com/ehealth/platform/compare/";
    assert.equal(pullRequestPage(repository, "promote/1", "main"), `${page}main...promote/1?expand=1`);
    assert.equal(pullRequestPage(repository, "anna:a#b", "main"), `${page}main...anna:a%23b?expand=1`);
    assert.equal(pullRequestPage(repository, "promote/1", undefined), `${page}promote/1?expand=1`);
  });

  it("names both branches at GitLab", () => {
    const repository = { kind: "gitlab", host: "gitlab.com", path: "ehealth/care/platform" } as const;
    const page = new URL(pullRequestPage(repository, "promote/1&x", "main"));
    assert.equal(page.pathname, "/ehealth/care/platform/-/merge_requests/new");
    assert.equal(page.searchParams.get("merge_request[source_branch]"), "promote/1&x");
    assert.equal(page.searchParams.get("merge_request[target_branch]"), "main");
  });
});
