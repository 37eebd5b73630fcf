/** What is known of an object that is waited for. */

/** Ready, not yet and why, or never and why. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly reason: string }
  | {
    readonly state: "failed";
    readonly reason: string;
    /** The pod and container whose log tells more. */
    readonly pod?: string;
    readonly container?: string;
  };
