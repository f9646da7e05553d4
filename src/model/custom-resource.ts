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
