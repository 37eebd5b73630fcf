/** A host is replaced by its name in the cluster; a user, a password or a database of the same name stays. */
import { equal } from "node:assert/strict";
import { replaceHost } from "../../lib/stack/replace_host.ts";
import { containerOf, objectNamed, planText } from "../cli/planned_text.ts";

/** With the host as `HERE`. */
const TEXTS: readonly string[] = [
  "postgres://my_db:pw@HERE:5432/my_db",
  "postgresql+asyncpg://my_db:p:w@HERE/my_db",
  "amqp://my_db:my_db@HERE/",
  "ssh://my_db@HERE",
  "my_db:my_db@tcp(HERE:3306)/my_db?parseTime=true",
  "my_db:a/b@tcp(HERE)/my_db",
  "my_db:1234@tcp(HERE:3306)/my_db",
  "my_db@unix(/run/x)",
  "mongodb://u:p@HERE:27017,HERE:27018/my_db",
  "http://HERE:80,http://my_db:pw@HERE:81",
  "http://HERE/mail/a@b.c",
  "HERE:5432/mail@b.c",
  "HERE:5432",
  "HERE",
  "host=HERE user=my_db password=my_db",
  "--url=http://HERE:80/@scope/name",
];

Deno.test("replaceHost() leaves users and passwords as they are", () => {
  for (const text of TEXTS) {
    equal(
      replaceHost(text.replaceAll("HERE", "my_db"), "my_db", "my-db"),
      text.replaceAll("HERE", "my-db"),
      text,
    );
  }
  equal(replaceHost("my_db my_db:1", "my_db", "my-db", true), "my_db my-db:1");
  equal(replaceHost("http://my_db:pw@my_db:1", "my_db", "my-db", true), "http://my_db:pw@my-db:1");
});

Deno.test("variables and files keep the user that is called like its host", async () => {
  const stack = await planText(
    `services:
  my_db: { image: "postgres:16.4", restart: always, environment: { POSTGRES_PASSWORD: x } }
  web:
    image: acme/web:1.0.0
    restart: always
    environment: { DSN: "amqp://my_db:my_db@my_db:5672/" }
    command: ["--dsn=my_db:my_db@tcp(my_db:3306)/my_db"]
    volumes: ["./a.conf:/etc/a.conf:ro"]
`,
    { texts: { "a.conf": "dsn: my_db:my_db@tcp(my_db:3306)/my_db\n" } },
  );
  const text = JSON.stringify([
    containerOf(stack, "web"),
    objectNamed(stack, "ConfigMap", "web-env"),
    objectNamed(stack, "Secret", "web-env"),
    ...stack.conversion.configuration.map(({ object }) => object),
  ]);
  const decoded = text.replace(/"([A-Za-z0-9+/=]{12,})"/g, (whole, base: string) => {
    try {
      return JSON.stringify(atob(base));
    } catch {
      return whole;
    }
  });
  equal(decoded.includes("my-db:my"), false);
  equal(decoded.includes("amqp://my_db:my_db@my-db:5672/"), true);
  equal(decoded.includes("my_db:my_db@tcp(my-db:3306)/my_db"), true);
});
