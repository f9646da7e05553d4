module lockstep.dev/tools/gateway-api

go 1.26

// Only files are taken from this module: its CustomResourceDefinitions.
require sigs.k8s.io/gateway-api v1.6.0
