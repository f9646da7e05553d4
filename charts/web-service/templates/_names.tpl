{{/* What the Deployment, the Service, the PodDisruptionBudget and the spread select by. Selectors are immutable: only what never changes. */}}
{{- define "web-service.selector" -}}
app.kubernetes.io/name: {{ .Values.name | quote }}
app.kubernetes.io/component: {{ .Values.component | quote }}
{{- end }}

{{/* Labels of every object, pods included. Without the chart's version: a chart that renders the same pods does not roll them. */}}
{{- define "web-service.commonLabels" -}}
{{ include "web-service.selector" . }}
app.kubernetes.io/instance: {{ .Values.name | quote }}
{{- with .Values.partOf }}
app.kubernetes.io/part-of: {{ . | quote }}
{{- end }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
On the Deployment and its pods only: a new version changes no other object.
A tag may be longer than a label value, and may begin or end in a character that a label value may not.
*/}}
{{- define "web-service.versionLabel" -}}
app.kubernetes.io/version: {{ .Values.image.tag | trunc 63 | trimAll "-_." | quote }}
{{- end }}

{{- define "web-service.labels" -}}
{{ include "web-service.commonLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- define "web-service.metadata" -}}
name: {{ .Values.name | quote }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "web-service.labels" . | nindent 2 }}
{{- end }}

{{/* The schema asks for the digest; so does this, for callers that skip the schema. */}}
{{- define "web-service.image" -}}
{{- $image := .Values.image -}}
{{- $repository := required "image.repository is missing" $image.repository -}}
{{- $tag := required "image.tag is missing" $image.tag -}}
{{- $digest := required "image.digest is missing: images are pinned by digest" $image.digest -}}
{{- printf "%s:%s@%s" $repository $tag $digest -}}
{{- end }}

{{/* A probe over HTTP. Expects a dict of `probe` and `ports`. */}}
{{- define "web-service.probe" -}}
{{- $port := .probe.port | default "http" -}}
{{- if not (hasKey .ports $port) }}
{{- fail (printf "probes: the port %q is not a name in ports" $port) }}
{{- end -}}
httpGet:
  path: {{ .probe.path | quote }}
  port: {{ $port | quote }}
{{- range $field := list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "failureThreshold" }}
{{- if hasKey $.probe $field }}
{{ $field }}: {{ get $.probe $field | int }}
{{- end }}
{{- end }}
{{- end }}

{{/* The number behind `route.port`. */}}
{{- define "web-service.routePort" -}}
{{- if not (hasKey .Values.ports .Values.route.port) }}
{{- fail (printf "route.port: %q is not a name in ports" .Values.route.port) }}
{{- end }}
{{- get .Values.ports .Values.route.port | int }}
{{- end }}
