/** No secret of any stack stands in the clear where it is as random as a token; the other strength is a file of its own, for both cores. */
import { seekSecrets } from "./shown_secrets.ts";

Deno.test("no secret of any stack is in the clear where it is a token", () => seekSecrets("token"));
