/** Ends the shared test cluster and removes what it holds. Run after the tests have passed. */
import { testCluster } from "./fixture.ts";

if (import.meta.main) {
  await testCluster().reset((line) =>
    Deno.stdout.writeSync(new TextEncoder().encode(`Test cluster: ${line}\n`))
  );
}
