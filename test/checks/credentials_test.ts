/** When the password of a login is said to be another than its server has. */
import { deepEqual } from "node:assert/strict";
import { findingsOf, planText } from "../cli/planned_text.ts";

async function saidOf(url: string, password: string): Promise<number> {
  const stack = await planText(`
services:
  db:
    image: mariadb:10.11
    restart: always
    environment: { MYSQL_USER: shop, MYSQL_PASSWORD: "${password}" }
  web:
    image: registry.example/web:1.0
    restart: always
    environment: { DB_URL: "${url}" }
`);
  return findingsOf(stack, "kube-secrets-disagree").length;
}

Deno.test("a password in a URL is compared as programs decode it", async () => {
  deepEqual(await saidOf("mysql://shop:ma%40g3nt0%2f@db:3306/shop", "ma@g3nt0/"), 0);
  deepEqual(await saidOf("mysql://shop:50%25@db:3306/shop", "50%"), 0);
  deepEqual(await saidOf("mysql://shop:50%-x@db:3306/shop", "50%-x"), 0);
  deepEqual(await saidOf("mysql://shop:ma%41g3nt0@db:3306/shop", "ma@g3nt0"), 1);
});
