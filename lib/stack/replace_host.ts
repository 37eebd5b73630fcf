/** Puts a name in the place of a host, wherever a text means the host. */

/** Up to an `@` in the authority of a URL, by the letters that one may have: what stands there is a user and a password. */
const USER_OF_URL = "[^\\s/\"'`<>?#);\\\\]*@";
/** The same where no `//` stands before, as in `user:password@tcp(host:3306)`; digits up to a separator are a port. */
const USER = "(?::(?!\\d{1,5}(?:[/,;\\s\"')\\]]|$))[^\\s,;\"'()]*)?@";

/** Where a host stands, and not a user, a database or a path of the same name; with a port behind it alone if wanted. */
export function replaceHost(text: string, host: string, name: string, withPort = false): string {
  const plain = host.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const after = withPort ? ":\\d" : `$|[:/,;?&}\\s"')\\]]`;
  const inUrl = `(//)${plain}(?!${USER_OF_URL})`;
  const elsewhere =
    `(^|@|[,;\\s"'([]|(?:host|hostname|server|addr|address|url|endpoint)=)${plain}(?!${USER})`;
  return text.replace(
    new RegExp(`(?:${inUrl}|${elsewhere})(?=${after})`, "gi"),
    (_, url: string | undefined, lead: string | undefined) => `${url ?? lead ?? ""}${name}`,
  );
}
