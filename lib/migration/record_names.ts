/** The names that a plan and its runner must agree on. Part of the format: changing one needs an upgrade path. */

/** The one name under which fields are owned. */
export const FIELD_MANAGER = "compose-ferry";
/** Objects that the runner made carry this label with the target's namespace. */
export const OWNER_LABEL = "compose-ferry/owner";
/** On the record: how often the lock was taken. On any other object: that number when it was sent. */
export const EPOCH_ANNOTATION = "compose-ferry/epoch";
/** The keyed digest of the object as it was planned. */
export const DIGEST_ANNOTATION = "compose-ferry/digest";
/** On the target's Namespace: the oldest epoch whose writes are still let in. */
export const FENCE_ANNOTATION = "compose-ferry/fence";
/** Owns that annotation and nothing else. */
export const FENCE_MANAGER = "fence.compose-ferry";
