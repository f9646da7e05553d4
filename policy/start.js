// Where Pulumi's language host runs the folder: it puts ts-node before every TypeScript file that it is told to run
// (@pulumi/pulumi, cmd/run-policy-pack), whatever PulumiPolicy.yaml says. What plain JavaScript imports, Node runs.
import "./index.ts";
