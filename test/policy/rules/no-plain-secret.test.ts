import assert from "node:assert/strict";
import fc from "fast-check";
import { noPlainSecret } from "../../../policy/rules/no-plain-secret.ts";
import { secret, unknown } from "../harness/engine-values.ts";
import { IN_APPLICATION, IN_CHART, type ResourceText } from "../harness/resources.ts";
import { assertPasses, assertUndecided, violatedPaths, violations } from "../harness/verdict.ts";
import { container, WEB_SERVICE } from "./web-service.ts";

const AT = "spec.template.spec.containers[0]";

/** Put together here: scanners of repositories know these forms as well. */
const made = (...parts: readonly string[]) => parts.join("");
const letters = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC3dE5fG7h";

const CREDENTIALS: Readonly<Record<string, string>> = {
  "a private key": made("-----BEGIN RSA PRIVATE", " KEY-----\nMIIE"),
  "a private key in base64": Buffer.from(made("-----BEGIN PRIVATE", " KEY-----\nMIIE")).toString("base64"),
  "an OpenSSH key in base64": Buffer.from(made("-----BEGIN OPENSSH PRIVATE", " KEY-----\nMIIE")).toString("base64"),
  "a URL with a password": made("postgres://app:", "hunter2@db.example.com/app"),
  "a URL with a password alone": made("redis://:", "hunter2@cache:6379"),
  "an AWS key": made("AKIA", "IOSFODNN7EXAMPLE"),
  "a GitHub token": made("ghp_", letters.slice(0, 36)),
  "a GitLab token": made("glpat-", letters.slice(0, 20)),
  "a Slack token": made("xoxb-", "123456789012-", letters.slice(0, 12)),
  "a Google key": made("AIza", letters.slice(0, 35)),
  "a JSON Web Token": made("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0.", letters),
  "a connection string": made("Server=db;User=app;Password", "=hunter2;"),
};

const configMap = (data: object): ResourceText => ({
  type: "kubernetes:core/v1:ConfigMap",
  props: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data },
});
const secretObject = (fields: object, parents: readonly string[] = IN_APPLICATION): ResourceText => ({
  type: "kubernetes:core/v1:Secret",
  parents,
  props: { apiVersion: "v1", kind: "Secret", metadata: { name: "appointments-secrets" }, ...fields },
});
const env = (name: string, value: string) => container({ env: [{ name, value }] });

describe("no-plain-secret", () => {
  it("passes every object of the sample chart", async () => {
    for (const text of WEB_SERVICE) await assertPasses(noPlainSecret, text);
  });

  for (const [what, value] of Object.entries(CREDENTIALS)) {
    it(`finds ${what} wherever it stands, and never shows it`, async () => {
      const places: readonly (readonly [ResourceText, string])[] = [
        [env("SETTING", value), `${AT}.env[0].value`],
        [container({ args: ["serve", value] }), `${AT}.args[1]`],
        [container({ command: ["sh", "-c", `run ${value}`] }), `${AT}.command[2]`],
        [configMap({ "app.conf": `a = 1\nb = ${value}\n` }), 'data["app.conf"]'],
        [
          {
            type: "lockstep:index:Application",
            name: "appointments",
            parents: [],
            props: { values: { any: { deep: value } } },
          },
          "values.any.deep",
        ],
      ];
      for (const [text, path] of places) {
        const found = await violations(noPlainSecret, text);
        assert.deepEqual(
          found.map((violation) => violation.path),
          [path],
        );
        assert.ok(!JSON.stringify(found).includes(value.slice(-10)));
      }
    });
  }

  for (const [name, value] of [
    ["DATABASE_PASSWORD", "hunter2"],
    ["dbPassword", "correct horse"],
    ["API_TOKEN", letters.slice(0, 24)],
    ["stripe-api-key", letters.slice(0, 16)],
    ["CLIENT_SECRET", "0f8fad5b-d9cb-469f-a165-70867728950e"],
    ["SESSION_SECRET", "9f86d081884c7d659a2feaa0c55ad015"],
  ] as const) {
    it(`takes a literal ${name} for a credential`, async () => {
      assert.deepEqual(await violatedPaths(noPlainSecret, env(name, value)), [`${AT}.env[0].value`]);
      assert.deepEqual(await violatedPaths(noPlainSecret, configMap({ [name]: value })), [`data.${name}`]);
      const flag = `--${name}`;
      assert.deepEqual(await violatedPaths(noPlainSecret, container({ args: [flag, value] })), [`${AT}.args[1]`]);
    });
  }

  it("reads lines of configuration files and flags with their value", async () => {
    const file = "listen: 8080\npassword: hunter2\n";
    assert.deepEqual(await violatedPaths(noPlainSecret, configMap({ "app.yaml": file })), ['data["app.yaml"]']);
    assert.deepEqual(await violatedPaths(noPlainSecret, container({ args: ["--password=hunter2"] })), [
      `${AT}.args[0]`,
    ]);
  });

  for (const [name, value] of [
    ["DATABASE_PASSWORD", "$(FROM_SECRET)"],
    ["DATABASE_PASSWORD", "${FROM_SECRET}"],
    ["DATABASE_PASSWORD_FILE", "/run/secrets/database"],
    ["DATABASE_PASSWORD", "/run/secrets/database"],
    ["PASSWORD_MIN_LENGTH", "12"],
    ["SHOW_PASSWORD", "true"],
    ["TOKEN_URL", "https://login.example.com/oauth2/v2/token"],
    ["TOKEN", "https://login.example.com/oauth2/v2/token123"],
    ["secretName", "appointments-secrets"],
    ["TLS_SECRET", "appointments-v2-tls"],
    ["ACCESS_TOKEN_TTL", "3600"],
    ["AUTH", "oauth2"],
    ["IMAGE", `registry.example.com/app:1.4.2@sha256:${"0f".repeat(32)}`],
    ["DATABASE_URL", "postgres://app@db.example.com:5432/app"],
    ["DATABASE_URL", "postgres://app:$(DB_PASSWORD)@db.example.com:5432/app"],
    ["CONTACT", "https://example.com/team:platform@example.com"],
    ["NOTE", "change the password: monthly is enough"],
  ] as const) {
    it(`lets ${name}=${value} be`, async () => {
      await assertPasses(noPlainSecret, env(name, value));
      await assertPasses(noPlainSecret, configMap({ [name]: value }));
    });
  }

  it("passes a Secret whose values are marked, one by one or together", async () => {
    await assertPasses(noPlainSecret, secretObject({ stringData: { DATABASE_URL: secret("postgres://a:b@c/d") } }));
    await assertPasses(noPlainSecret, secretObject({ data: secret({ DATABASE_URL: "cG9zdGdyZXM=" }) }));
    await assertPasses(noPlainSecret, secretObject({ type: "kubernetes.io/service-account-token" }));
  });

  it("refuses a Secret's value that is not marked, whatever it looks like", async () => {
    const text = secretObject({ stringData: { SAFE: secret("a"), OTHER: "b" }, data: { KEY: "Yg==" } });
    assert.deepEqual(await violatedPaths(noPlainSecret, text), ["data.KEY", "stringData.OTHER"]);
  });

  it("refuses a Secret out of a chart even where its values are marked: the provider marks them all", async () => {
    const text = secretObject({ stringData: secret({ ADMIN: "hunter2" }) }, IN_CHART);
    assert.deepEqual(await violatedPaths(noPlainSecret, text), ["stringData.ADMIN"]);
    await assertPasses(noPlainSecret, secretObject({ type: "kubernetes.io/service-account-token" }, IN_CHART));
  });

  it("lets a marked value be wherever it stands", async () => {
    const value = secret("postgres://a:b@c/d");
    await assertPasses(noPlainSecret, container({ env: [{ name: "DATABASE_URL", value }] }));
  });

  it("decides nothing while a value is unknown", async () => {
    await assertUndecided(noPlainSecret, env("DATABASE_URL", unknown));
  });

  it("finds a password in any URL, and none in the same URL without it", async () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{2,12}$/);
    await fc.assert(
      fc.asyncProperty(word, word, word, word, async (scheme, user, password, host) => {
        const wrong = `${scheme}://${user}:${password}@${host}.example.com/`;
        assert.deepEqual(await violatedPaths(noPlainSecret, env("ADDRESS", wrong)), [`${AT}.env[0].value`]);
        await assertPasses(noPlainSecret, env("ADDRESS", `${scheme}://${user}@${host}.example.com/`));
      }),
    );
  });
});
