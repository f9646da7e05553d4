module lockstep.dev/tools/cosign

go 1.26

tool github.com/sigstore/cosign/v3/cmd/cosign

require github.com/sigstore/cosign/v3 v3.1.3
