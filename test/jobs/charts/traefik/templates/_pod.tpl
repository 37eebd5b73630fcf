{{- define "traefik.pod" }}
{{- $root := .root }}
metadata:
  labels: { app: traefik }
spec:
  {{- with $root.Values.podSecurityContext }}
  securityContext: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.deployment.initContainers }}
  initContainers: {{- tpl (toYaml .) $root | nindent 4 }}
  {{- end }}
  containers:
    - name: traefik
      image: {{ $root.Values.image.registry }}/{{ $root.Values.image.repository }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}
      args:
        {{- range $name, $config := $root.Values.ports }}
        - "--entryPoints.{{ $name }}.address=:{{ $config.port }}/{{ default "tcp" $config.protocol | lower }}"
        {{- with $config.http }}
        {{- if (.tls).enabled }}
        - "--entryPoints.{{ $name }}.http.tls=true"
        {{- end }}
        {{- end }}
        {{- if ($config.http3).enabled }}
        - "--entryPoints.{{ $name }}.http3.advertisedPort={{ default $config.exposedPort $config.http3.advertisedPort }}"
        {{- end }}
        {{- end }}
        {{- with $root.Values.providers.kubernetesCRD }}
        {{- if .enabled }}
        - "--providers.kubernetescrd.allowEmptyServices={{ .allowEmptyServices }}"
        - "--providers.kubernetescrd.allowExternalNameServices={{ .allowExternalNameServices }}"
        {{- end }}
        {{- end }}
        {{- with $root.Values.additionalArguments }}
        {{- range . }}
        - {{ . | quote }}
        {{- end }}
        {{- end }}
      {{- with $root.Values.env }}
      env: {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- range $name, $config := $root.Values.ports }}
        - { name: {{ $name }}, containerPort: {{ $config.port }}, protocol: {{ $config.protocol }} }
        {{- end }}
      volumeMounts:
        - name: {{ $root.Values.persistence.name }}
          mountPath: {{ $root.Values.persistence.path }}
  volumes:
    - name: {{ $root.Values.persistence.name }}
      {{- if $root.Values.persistence.enabled }}
      persistentVolumeClaim:
        claimName: {{ default "traefik" $root.Values.persistence.existingClaim }}
      {{- else }}
      emptyDir: {}
      {{- end }}
    {{- with $root.Values.deployment.additionalVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
