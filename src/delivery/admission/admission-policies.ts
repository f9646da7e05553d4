import { LIST_ANNOTATION } from "../../model/admission-list.ts";
import type { AdmissionPolicy } from "../../model/admission.ts";
import { imagesOf } from "./pod-images.ts";

/** Of the LimitRange in each namespace. */
export const LIST_NAME = "lockstep-images";

/** A namespace whose list is already gone has still to get rid of its pods and of the list itself. */
const ENDING = "has(namespaceObject.metadata.deletionTimestamp)";

export function admissionPolicies(stage: string, name: string): readonly AdmissionPolicy[] {
  return [listedImages(stage), samePodImages(stage), guardedList(stage, name)];
}

/**
 * A pod runs listed images only. Pods alone are judged, whoever makes them: a controller's objects stay free to be
 * scaled and annotated, and nothing that they describe runs before a pod does.
 */
function listedImages(stage: string): AdmissionPolicy {
  return {
    id: "listed-images",
    judges: [
      { resource: "pods", operations: ["CREATE"] },
      { resource: "pods/ephemeralcontainers", operations: ["UPDATE"] },
    ],
    condition: undefined,
    variables: {
      // A pod that runs may hold images that were listed when it came: debugging it judges what is added.
      before: `oldObject == null ? [] : ${imagesOf("oldObject")}`,
      images: `(${imagesOf("object")}).filter(i, !(i in variables.before))`,
      // The same content by whatever name: the digest alone decides.
      unpinned: 'variables.images.filter(i, !i.matches("^[^@[:space:]]+@sha256:[0-9a-f]{64}$"))',
      list: `params.metadata.?annotations[?"${LIST_ANNOTATION}"].orValue("").split("\\n")`,
      unlisted:
        'variables.images.filter(i, !(i in variables.unpinned) && !variables.list.exists(l, l.startsWith(i.substring(i.size() - 71) + " ")))',
    },
    validations: [
      {
        expression: "variables.unpinned.size() == 0",
        message: refusal(
          'variables.unpinned.join(", ")',
          `no digest; stage ${stage} runs images by digest only`,
          "name it as name@sha256:<64 hex>",
        ),
      },
      {
        expression: "variables.unlisted.size() == 0",
        message: refusal(
          'variables.unlisted.join(", ")',
          `not an image of stage ${stage} in this namespace (LimitRange ${LIST_NAME})`,
          "pin or promote it and deploy the stage, or have its digest adopted in trust/adopted.yaml",
        ),
      },
    ],
    readsList: true,
  };
}

/**
 * A pod keeps the images that it came with. It reads no list on purpose: where the list is missing, controllers must
 * still be able to take their finalizers off pods.
 */
function samePodImages(stage: string): AdmissionPolicy {
  const added = `(${imagesOf("object")}).filter(i, !(i in (${imagesOf("oldObject")})))`;
  return {
    id: "same-pod-images",
    judges: [{ resource: "pods", operations: ["UPDATE"] }],
    condition: `(${added}).size() > 0`,
    variables: { added },
    validations: [
      {
        expression: "variables.added.size() == 0",
        message: refusal(
          'variables.added.join(", ")',
          `put into a running pod of stage ${stage}`,
          "change the stage and deploy it: another image means another pod",
        ),
      },
    ],
    readsList: false,
  };
}

/** Who may write in the namespace may not list images: only who may change the policy that reads the list. */
function guardedList(stage: string, name: string): AdmissionPolicy {
  const policy = policyName(name, "listed-images");
  const mayChangePolicy = `authorizer.group("admissionregistration.k8s.io").resource("validatingadmissionpolicies").name("${policy}").check("patch").allowed()`;
  return {
    id: "guarded-list",
    judges: [{ resource: "limitranges", operations: ["CREATE", "UPDATE", "DELETE"] }],
    condition: `(request.operation == "DELETE" ? oldObject : object).metadata.?name.orValue("") == "${LIST_NAME}"`,
    variables: {},
    validations: [
      {
        expression: `(request.operation == "DELETE" && ${ENDING}) || ${mayChangePolicy}`,
        message: refusal(
          `"LimitRange ${LIST_NAME} written by " + request.userInfo.username`,
          `it lists the images of stage ${stage}`,
          `deploy the stage; only who may patch the ValidatingAdmissionPolicy ${policy} writes it`,
        ),
      },
    ],
    readsList: false,
  };
}

/** The name in the cluster of a stage's policy. */
export function policyName(name: string, id: string): string {
  return `${name}-${id}`;
}

/** What was found is an expression; the rest is text. The API server wants one line. */
function refusal(found: string, expected: string, action: string): string {
  return `"lockstep: " + ${found} + ": ${expected}; ${action}"`;
}
