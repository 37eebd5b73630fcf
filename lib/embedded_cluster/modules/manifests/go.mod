module composeferry/cluster/manifests

go 1.26.0

require (
	github.com/k3s-io/helm-controller v0.17.9
	github.com/traefik/traefik/v3 v3.6.7
	sigs.k8s.io/kwok v0.8.0
)
