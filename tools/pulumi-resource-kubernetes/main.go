// Command pulumi-resource-kubernetes serves the Kubernetes provider of the module pinned in go.mod.
// The provider's module carries no built schema, so the build lays schema.json and
// terraform-mapping.json from that module beside this file; they are never committed.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
