/** Secrets in XML and its like: elements, attributes, and entries that give a key its value. */
import { namesSecret } from "./names.ts";
import type { SecretSpan } from "./span.ts";

const ELEMENT =
  /<([A-Za-z][\w.:-]{0,80})(?:\s[^<>]{0,400})?>(?:\s*<!\[CDATA\[)?([^<>]{1,4000}?)(?:\]\]>\s*)?<\/\1\s*>/dg;
/** `<password value="x"/>`, `<connection password="x">`. */
const ATTRIBUTES =
  /<([A-Za-z][\w.:-]{0,80})((?:\s+[\w.:-]{1,80}\s*=\s*(?:"[^"]{0,4000}"|'[^']{0,4000}'))+)\s*\/?>/g;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** `<entry key="password">x</entry>`, `<property name="password">x</property>`, `<string name="token">x</string>`. */
const ENTRY =
  /<[A-Za-z][\w.:-]{0,80}\s[^<>]{0,200}?\b(?:key|name|id)\s*=\s*["']([^"']{1,80})["'][^<>]{0,200}>([^<>]{1,4000})<\//dg;

/** The values of elements and attributes with a secret's name. */
export function secretsInMarkup(text: string): SecretSpan[] {
  if (!text.includes("<") || !text.includes(">")) return [];
  return [...elements(text), ...attributes(text)];
}

function elements(text: string): SecretSpan[] {
  return [ELEMENT, ENTRY].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const [, key = "", value = ""] = match;
      if (!namesSecret(key, value) || value.trim() === "") return [];
      const [start, end] = match.indices?.[2] ?? [0, 0];
      return [{ start, end, why: "its name" }];
    })
  );
}

function attributes(text: string): SecretSpan[] {
  return [...text.matchAll(ATTRIBUTES)].flatMap((tag) => {
    const list = [...(tag[2] ?? "").matchAll(ATTRIBUTE)];
    const given = list.find(([, name]) => /^(key|name|id)$/i.test(name ?? ""));
    const called = given?.[2] ?? given?.[3] ?? tag[1] ?? "";
    return list.flatMap((match) => {
      const [whole, name = "", double, single] = match;
      const value = double ?? single ?? "";
      const key = /^(value|val|content|default)$/i.test(name) ? called : name;
      if (/^(key|name|id)$/i.test(name) || !namesSecret(key, value)) return [];
      const start = tag.index + tag[0].indexOf(tag[2] ?? "") + match.index + whole.length - 1 - value.length;
      return [{ start, end: start + value.length, why: "its name" }];
    });
  });
}
