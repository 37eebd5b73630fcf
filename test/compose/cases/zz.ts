import { file, service } from "./case.ts";
export const X = [
  service("a", "labels: {a, b}"),
  service("b", "labels: {a: b, c}"),
  file("c", "x-c: &c {restart: always, labels: {a, b}}\nservices:\n  w:\n    <<: *c\n    image: x\n"),
  file("d", "x-c: &c {labels: {a, b: c}}\nservices:\n  w:\n    <<: *c\n    image: x\n"),
];
