/** The grammar of secrets: what is one by its name, its place or its form, and what to show in its place. */
export { conceal, concealInPlace, MASK, occurrences } from "./conceal.ts";
export { secretsInFile } from "./file.ts";
export { secretsByForm } from "./forms.ts";
export { isLooseKey, isSecretKey, keyWords } from "./keys.ts";
export { namesSecret } from "./names.ts";
export { isPlainValue, isReference } from "./plain.ts";
export { joined, type SecretSpan } from "./span.ts";
export { isStrong } from "./strength.ts";
export { secretsInList, secretsInText, secretsInVariable } from "./text.ts";
export { urlPassword } from "./urls.ts";
