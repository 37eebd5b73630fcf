{{- define "rabbitmq.passwordSecret" -}}
{{ default (include "common.name" .) (tpl .Values.auth.existingPasswordSecret $) }}
{{- end }}
{{- define "rabbitmq.cookieSecret" -}}
{{ default (include "common.name" .) (tpl .Values.auth.existingErlangSecret $) }}
{{- end }}
{{- define "rabbitmq.plugins" -}}
{{- $plugins := .Values.plugins -}}
{{- with .Values.extraPlugins }}{{ $plugins = printf "%s %s" $plugins . }}{{ end -}}
{{- if .Values.metrics.enabled }}{{ $plugins = printf "%s %s" $plugins .Values.metrics.plugins }}{{ end -}}
{{ $plugins | replace " " ", " }}
{{- end }}
{{- define "rabbitmq.image" -}}
{{ printf "%s:%s" .imageRoot.repository (toString .imageRoot.tag) }}
{{- end }}
