/** Labels, annotations and headers. */
import { type Case, hex, pair } from "./sample.ts";

const l = (secret: string, plain: string): Case => pair("label", secret, plain);
const n = (secret: string, plain: string): Case => pair("annotation", secret, plain);
const h = (secret: string, plain: string): Case => pair("header", secret, plain);

export const LABELS: readonly Case[] = [
  l("homepage.widget.password=«paperless»", "homepage.widget.username=paperless"),
  l("homepage.widget.key=«abc»", "homepage.widget.type=sonarr"),
  l("homepage.widget.token=«abc»", "homepage.href=https://sonarr.example.org"),
  l("homepage.widgets[0].password=«abc»", "homepage.widgets[0].url=http://x"),
  l("autokuma.web.http.basic_auth_pass=«abc»", "autokuma.web.http.url=http://web"),
  l("caddy.basic_auth.admin=«$2a$14$abcdefghijklmnop»", "caddy.reverse_proxy={{upstreams 80}}"),
  l("ofelia.job-exec.dump.command=mysqldump -p«root» app", "ofelia.job-exec.dump.schedule=@daily"),
  l(
    "ofelia.job-exec.x.command=curl -H 'X-Token: «abc»' http://web",
    "ofelia.job-exec.x.command=curl http://web",
  ),
  l("backup.env=PGPASSWORD=«app»", "backup.env=PGUSER=app"),
  l("docker-volume-backup.exec-pre=mongodump -p «root»", "docker-volume-backup.stop-during-backup=true"),
  l("swag_auth=«me:abc»", "swag_port=80"),
  l("notify.url=smtp://me:«abc»@mail:25/", "notify.level=info"),
  l("deploy.hook=https://example.org/d?token=«abc»", "org.opencontainers.image.url=https://example.org/d"),
  l("app.api-key=«abc»", "app.cache-key=abc"),
  l("prometheus.basic_auth.password=«abc»", "prometheus.port=9100"),
  l("glance.secret=«abc»", `org.opencontainers.image.revision=${hex(40)}`),
  l("ddns.cloudflare.apitoken=«abc»", "ddns.cloudflare.zone=example.org"),
  l("dex.client-secret=«abc»", "dex.client-id=abc"),
  l(
    "traefik.http.middlewares.a.basicauth.users=«admin:$apr1$abcdefgh$ijklmnop»",
    "traefik.http.routers.a.rule=Host(`a.example.org`)",
  ),
  l(
    "traefik.http.middlewares.a.headers.customrequestheaders.Authorization=«Basic YWRtaW46eA==»",
    "traefik.http.middlewares.a.headers.customrequestheaders.X-Frame-Options=DENY",
  ),
  l(
    "traefik.http.middlewares.a.forwardauth.address=http://me:«abc»@auth/",
    "traefik.http.middlewares.a.forwardauth.address=http://auth/",
  ),
  l(
    "traefik.http.middlewares.a.forwardauth.address=http://auth/?token=«abc»",
    "traefik.http.middlewares.a.forwardauth.trustForwardHeader=true",
  ),
  l(
    "traefik.http.middlewares.a.plugin.bouncer.crowdsecLapiKey=«abc»",
    "traefik.http.middlewares.a.plugin.bouncer.enabled=true",
  ),
  l(
    "traefik.http.services.a.loadbalancer.healthcheck.headers.X-Api-Key=«abc»",
    "traefik.http.services.a.loadbalancer.healthcheck.path=/health",
  ),
  l(
    "traefik.http.middlewares.a.ratelimit.redis.password=«abc»",
    "traefik.http.middlewares.a.ratelimit.average=10",
  ),

  n("example.org/token=«abc»", "example.org/token-ttl=5m"),
  n("example.org/db-password=«app»", "example.org/db-user=app"),
  n("example.org/connect=postgres://a:«app»@db/a", "example.org/connect=postgres://db/a"),
  n("backup.example.org/command=mysqldump -p«root»", "backup.example.org/command=mysqldump -uroot"),
  n("example.org/webhook=«https://example.org/hooks/abc/1»", "example.org/description=A web shop"),
  n("example.org/header=Authorization: Bearer «abc1»", "example.org/header=Accept: text/html"),
  n('example.org/config={"secret":"«abc»"}', 'example.org/config={"colour":"blue"}'),
  n('kubectl.kubernetes.io/x={"apiKey":"«abc»"}', 'kubectl.kubernetes.io/x={"apiVersion":"v1"}'),

  h("Authorization=«Basic YWRtaW46eA==»", "Accept=text/html"),
  h("Authorization=«Bearer abc»", "Authorization-Type=bearer"),
  h("Proxy-Authorization=«Basic YWRtaW46eA==»", "Proxy-Connection=keep-alive"),
  h("X-Api-Key=«abc»", "X-Request-Id=abc"),
  h("X-Auth-Token=«abc»", "X-Forwarded-Proto=https"),
  h("PRIVATE-TOKEN=«abc»", "X-Robots-Tag=noindex"),
  h("X-Vault-Token=«abc»", "X-Frame-Options=DENY"),
  h("Cookie=«session=abc»", "Set-Cookie-Path=/"),
  h("X-Plex-Token=«abc»", "X-Plex-Product=web"),
  h("X-Secret=«abc»", "Referrer-Policy=no-referrer"),
  h("apikey=«abc»", "Content-Type=application/json"),
];
