import { z } from "zod";
import { declarationProblems, type DeclarationProblem } from "./declaration-problems.ts";
import { groupOf, isBuiltInGroup } from "./kubernetes-groups.ts";

/** A kind of somebody else's that an application's chart makes objects of, and where these name images. */
export interface CustomResourceKind {
  /** Such as `example.com/v1`; the version counts. */
  readonly apiVersion: string;
  readonly kind: string;
  /**
   * Paths from the object's root to image references, such as `spec.image` or `spec.pods[*].image`; `*` stands for
   * every key or element. Empty: its objects name no images. Arrays of containers are found without a path.
   */
  readonly imagePaths: readonly string[];
}

const API_VERSION = "group and version, such as example.com/v1";
const KIND = "a kind such as Database";
const IMAGE_PATH = "a path from the object's root such as spec.image or spec.pods[*].image";
const IMAGE_PATHS = "imagePaths: a list of such paths; an empty one where its objects name no images";

/** A key, then keys and indices. A leading dot or `$`, or a blank, would lead nowhere without a word. */
const IMAGE_PATH_PATTERN = /^[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|\*)|\[(?:\d{1,6}|\*)\])*$/;

const kindSchema = z.strictObject(
  {
    apiVersion: z
      .string({ error: API_VERSION })
      .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/v[0-9]+(?:(?:alpha|beta)[0-9]+)?$/, {
        error: API_VERSION,
        abort: true,
      })
      .refine((apiVersion) => !isBuiltInGroup(groupOf(apiVersion)), {
        error: "a kind of somebody else's: those of Kubernetes are known",
      }),
    kind: z.string({ error: KIND }).regex(/^[A-Z][A-Za-z0-9]*$/, { error: KIND }),
    imagePaths: z.array(z.string({ error: IMAGE_PATH }).regex(IMAGE_PATH_PATTERN, { error: IMAGE_PATH }), {
      error: IMAGE_PATHS,
    }),
  },
  { error: "{ apiVersion, kind, imagePaths }" },
);

const declarationsSchema = z
  .array(kindSchema, { error: "customResources: [{ apiVersion, kind, imagePaths }]" })
  .min(1, { error: "at least one kind, or no customResources at all" });

/**
 * Judges what a catalogue file declares: the compiler sees its shape, not its texts.
 * @param path of the declarations, such as `chart.customResources`
 */
export function refuseDeclarations(declared: unknown, path: string): readonly DeclarationProblem[] {
  return declarationProblems(declarationsSchema, declared, path);
}
