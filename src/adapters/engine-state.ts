import { getOrganization, getProject, getStack, runtime } from "@pulumi/pulumi";

/** An application as the last update left it, from the stack's outputs. */
export interface DeployedApplication {
  readonly name: string;
  readonly image: string;
}

/** What the stack's last update deployed; nothing where there was none. Only inside the program. */
export async function deployedApplications(): Promise<readonly DeployedApplication[]> {
  const name = `${getOrganization()}/${getProject()}/${getStack()}`;
  const answer: unknown = await runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
  const applications = property(property(answer, "outputs"), "applications");
  if (typeof applications !== "object" || applications === null) return [];
  return Object.entries(applications).map(([application, output]: [string, unknown]) => {
    const image = property(output, "image");
    return { name: application, image: typeof image === "string" ? image : "" };
  });
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
