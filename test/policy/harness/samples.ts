import { isDigest, type Digest } from "../../../src/model/digest.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import type { Adoption } from "../../../src/model/trust/adopted.ts";
import type { StageContext } from "../../../policy/stage-context.ts";
import { APPLICATION_TYPE, STAGE_TYPE } from "../../../policy/urn.ts";
import { DIGEST } from "../../model/sample-stage.ts";
import { IN_STAGE, type ResourceText } from "./resources.ts";

/** The pinned image of the sample's appointments. */
export const APPOINTMENTS_IMAGE = `registry.example.com/ehealth/appointments:1.4.2@${DIGEST}`;
export const PORTAL_IMAGE = `registry.example.com/ehealth/portal:2.3.0@${DIGEST}`;
export const PINNED_DIGEST = toDigest(DIGEST);
export const OTHER_DIGEST = toDigest(`sha256:${"f".repeat(64)}`);
export const THIRD_PARTY_IMAGE = `registry.example.com/third/party:1@${OTHER_DIGEST}`;
/** That makes THIRD_PARTY_IMAGE known in inttest. */
export const ADOPTION: Adoption = {
  kind: "image",
  name: "registry.example.com/third/party",
  digest: OTHER_DIGEST,
  owner: "platform",
  reason: "a proxy",
  stages: ["inttest"],
};

function toDigest(text: string): Digest {
  if (!isDigest(text)) throw new Error(text);
  return text;
}

/** A pod's spec with one container of an image. */
export function podSpec(image: unknown = APPOINTMENTS_IMAGE): Record<string, unknown> {
  return { containers: [{ name: "server", image }] };
}

/** A Deployment of appointments that image and chart rules have nothing against. */
export function deployment(spec: Record<string, unknown> = podSpec()): ResourceText {
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "appointments", namespace: "ehealth-inttest" },
      spec: { replicas: 2, template: { metadata: { labels: { app: "appointments" } }, spec } },
    },
  };
}

/** Any object of the application appointments. */
export function object(apiVersion: string, kind: string, fields: Readonly<Record<string, unknown>>): ResourceText {
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return {
    type: `kubernetes:${group}:${kind}`,
    props: { apiVersion, kind, metadata: { name: "sample" }, ...fields },
  };
}

/** The Stage component as the program registers it. */
export function stageComponent({ project, stage }: StageContext): ResourceText {
  return { type: STAGE_TYPE, name: stage, parents: [], stage, props: { project, stage, namespaces: [] } };
}

/** An Application component as the program registers it. */
export function applicationComponent(context: StageContext, name = "appointments"): ResourceText {
  const found = context.loaded.stage.applications.find(({ application }) => application.name === name);
  if (found === undefined) throw new Error(`no application ${name}`);
  const { image, chart } = renderPin(found.pin);
  const desiredDigest = context.desiredDigests.get(name);
  const { stage } = context;
  const props = { application: name, image, chart, desiredDigest, values: found.values };
  return { type: APPLICATION_TYPE, name, parents: IN_STAGE, stage, props };
}

/** A component with some of its inputs replaced. */
export function withProps(text: ResourceText, props: Readonly<Record<string, unknown>>): ResourceText {
  return { ...text, props: { ...text.props, ...props } };
}
