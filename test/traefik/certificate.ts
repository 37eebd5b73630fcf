/** A self-signed certificate for the proof's hosts, made by openssl. */

/** Writes `certificate.pem` and `key.pem` into a folder. */
export async function makeCertificate(
  directory: string,
  names: readonly string[],
  days = 2,
  subject = "routing",
): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      String(days),
      "-subj",
      `/CN=${subject}`,
      "-addext",
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
      "-keyout",
      `${directory}/key.pem`,
      "-out",
      `${directory}/certificate.pem`,
    ],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`openssl failed: ${new TextDecoder().decode(stderr)}`);
}
