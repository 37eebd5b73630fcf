import { migration } from "../../lib/migration/authoring.ts";

/** First what others call, then the callers; within a line all start together. */
const TIERS = [
  ["faf-java-api", "faf-python-server", "faf-wordpress", "faf-content", "faf-ircd", "faf-policy-server"],
  [
    "faf-website",
    "faf-anope",
    "faf-qai",
    "faf-aio-replayserver",
    "faf-rust-replayserver",
    "faf-league-service",
  ],
  ["faf-postal", "faf-telemetry-server", "faf-coturn", "qai", "voting"],
  ["nodebb", "wikijs", "unitdb", "phpbb3-archive"],
];

export default migration({
  title: "Applications",
  why: "Databases, schema and login are there; what others call comes before its callers.",
  takes: ["application"],
  plan: ({ service, tiers, start }) =>
    [...TIERS.map((tier) => tier.map(service)), ...tiers()].map((tier) => start(tier)),
});
