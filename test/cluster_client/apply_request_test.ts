/** What is applied first where server-side apply would leave null in place of an empty map. */
import { deepEqual, equal } from "node:assert/strict";
import { isNulled, withEmptied, withoutEmptied } from "../../lib/cluster/apply_request.ts";
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { DIGEST_ANNOTATION } from "../../lib/migration/record_names.ts";

const route = (
  spec: Record<string, unknown>,
  annotations = { [DIGEST_ANNOTATION]: "abc", note: "kept" },
): KubeObject => ({
  apiVersion: "traefik.io/v1alpha1",
  kind: "IngressRoute",
  metadata: { name: "shop", namespace: "harbour", annotations },
  spec,
});
const live = route({ entryPoints: ["web"], tls: { certResolver: "le" }, parentRefs: [] });
const planned = route({ entryPoints: ["secure"], tls: {}, other: {} });

Deno.test("a map that is planned empty goes first, without the digest that says that all is applied", () => {
  const before = withoutEmptied(planned, live);
  deepEqual(before?.["spec"], { entryPoints: ["secure"], other: {} });
  deepEqual(before?.metadata.annotations, { note: "kept" });
});

Deno.test("a look at it shows the empty maps", () => {
  const seen = route({ entryPoints: ["secure"], defaulted: 1 });
  deepEqual(withEmptied(seen, planned)["spec"], {
    entryPoints: ["secure"],
    defaulted: 1,
    tls: {},
    other: {},
  });
});

Deno.test("where no map is to become empty nothing goes first", () => {
  equal(withoutEmptied(route({ tls: { certResolver: "other" } }), live), undefined);
  equal(withoutEmptied(route({ tls: {} }), route({ tls: {} })), undefined);
  equal(withoutEmptied(route({ tls: {} }), route({})), undefined);
});

Deno.test("only a null that the server found is answered so", () => {
  const refusal = (message: string): ApiError => new ApiError(422, "Invalid", message, []);
  equal(isNulled(refusal('spec.tls: Invalid value: "null": spec.tls in body must be of type object')), true);
  equal(isNulled(refusal('spec.tls: Invalid value: "string"')), false);
  equal(isNulled(new Error('Invalid value: "null"')), false);
});
