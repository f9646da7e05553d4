module lockstep.dev/tools/external-dns

go 1.26

// Only files are taken from this module: its CustomResourceDefinitions.
require sigs.k8s.io/external-dns v0.22.0
