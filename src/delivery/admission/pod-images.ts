/** CEL: every image that a pod can run or mount, as a list of strings. `pod` is an expression. */
export function imagesOf(pod: string): string {
  const containers = (field: string): string => `${pod}.spec.?${field}.orValue([]).map(c, c.?image.orValue(""))`;
  const volumes = `${pod}.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(""))`;
  return [...["containers", "initContainers", "ephemeralContainers"].map(containers), volumes].join(" + ");
}
