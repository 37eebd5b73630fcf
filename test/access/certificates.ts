/** A certificate authority of the test and certificates for 127.0.0.1, made by openssl. */
import { run } from "../jobs/server.ts";

export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes all of them in `directory`; the texts are PEM, and the files are named `ca.pem`, `server.pem`, `server.key`. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const path = (name: string): string => `${directory}/${name}`;
  const newKey = ["req", "-newkey", "rsa:2048", "-nodes"];
  await run("openssl", [
    ...newKey,
    "-x509",
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
    "-keyout",
    path("ca.key"),
    "-out",
    path("ca.pem"),
    "-addext",
    "basicConstraints=critical,CA:TRUE",
  ]);
  await run("openssl", [
    ...newKey,
    "-subj",
    "/CN=127.0.0.1",
    "-keyout",
    path("server.key"),
    "-out",
    path("server.csr"),
  ]);
  await Deno.writeTextFile(
    path("names"),
    "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n",
  );
  await run("openssl", [
    "x509",
    "-req",
    "-in",
    path("server.csr"),
    "-CA",
    path("ca.pem"),
    "-CAkey",
    path("ca.key"),
    "-CAcreateserial",
    "-days",
    "2",
    "-extfile",
    path("names"),
    "-out",
    path("server.pem"),
  ]);
  const [authority, certificate, key] = await Promise.all(
    ["ca.pem", "server.pem", "server.key"].map((name) => Deno.readTextFile(path(name))),
  );
  return { authority: authority ?? "", certificate: certificate ?? "", key: key ?? "" };
}
