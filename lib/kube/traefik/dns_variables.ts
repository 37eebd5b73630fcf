/** How the variables of lego's DNS providers begin (lego 4.31, providers/dns: the `*.toml` of each has them all). */

/** Of the providers whose variables do not begin with the provider's own name. */
const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  "acme-dns": ["ACME_DNS_"],
  acmedns: ["ACME_DNS_"],
  alidns: ["ALICLOUD_"],
  allinkl: ["ALL_INKL_"],
  auroradns: ["AURORA_"],
  azuredns: ["AZURE_"],
  cloudflare: ["CF_", "CLOUDFLARE_"],
  designate: ["DESIGNATE_", "OS_"],
  digitalocean: ["DO_"],
  domainnameshop: ["DOMENESHOP_"],
  edgedns: ["AKAMAI_"],
  fastdns: ["AKAMAI_"],
  gcloud: ["GCE_", "GOOGLE_"],
  googledomains: ["GOOGLE_DOMAINS_"],
  ibmcloud: ["SOFTLAYER_"],
  iijdpf: ["IIJ_DPF_"],
  internetbs: ["INTERNET_BS_"],
  ispconfigddns: ["ISPCONFIG_DDNS_"],
  lightsail: ["LIGHTSAIL_", "AWS_", "DNS_ZONE"],
  linodev4: ["LINODE_"],
  liquidweb: ["LWAPI_", "LIQUID_WEB_"],
  namedotcom: ["NAMECOM_"],
  oraclecloud: ["OCI_"],
  route53: ["AWS_"],
  scaleway: ["SCW_", "SCALEWAY_"],
  vegadns: ["VEGADNS_", "SECRET_VEGADNS_"],
  vkcloud: ["VK_CLOUD_"],
  volcengine: ["VOLC_"],
  webnames: ["WEBNAMES_", "WEBNAMESRU_"],
  webnamesru: ["WEBNAMES_", "WEBNAMESRU_"],
  yandexcloud: ["YANDEX_CLOUD_"],
};

/** With what the variables of a provider begin. */
export function variablePrefixes(provider: string): readonly string[] {
  return PREFIXES[provider] ?? [`${provider.toUpperCase()}_`];
}
