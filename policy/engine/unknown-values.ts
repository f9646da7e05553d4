import proxy from "@pulumi/policy/proxy.js";

/** Parts of @pulumi/policy that its type declarations leave out. */
interface ProxyModule {
  readonly unknownCheckingProxy: <T>(value: T) => T;
  readonly UnknownValueError: new (sentinel: string, path: readonly string[]) => Error;
  readonly unknownStringValue: string;
}

// The package declares this file's exports as internal, hence without types; its version is pinned.
const { unknownCheckingProxy, UnknownValueError, unknownStringValue } = proxy as unknown as ProxyModule;

/** Lets reading an unknown value throw an UnknownValueError, at any depth. */
export { unknownCheckingProxy };

/** How the engine sends a string that is not known yet. */
export { unknownStringValue };

/** Whether it is the error of reading an unknown value: the engine's own, never to be swallowed. */
export function isUnknownValueError(error: unknown): error is Error {
  return error instanceof UnknownValueError;
}
