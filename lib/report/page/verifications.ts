/// <reference lib="dom" />
/** What routes and ports answered at both sides, verification by verification. */
import type { PageModel, PageVerification } from "../../views/page/model.ts";
import { type Child, el, table } from "./element.ts";
import { chip, moment } from "./parts.ts";
import { href } from "./route.ts";

const MOMENTS: Readonly<Record<PageVerification["moment"], string>> = {
  before: "before the move",
  during: "while both sides answered",
  after: "after the move",
  silent: "nobody answered",
};

/** Verdicts in the colours that states have. */
const KINDS: Readonly<Record<PageVerification["answers"][number]["verdict"], string>> = {
  same: "works-as-before",
  differs: "error",
  old: "served-containers",
  new: "served-cluster",
  none: "error",
};

export function verifications({ verifications }: PageModel): Child {
  return [
    el("h1", { tabindex: -1 }, "Verification"),
    verifications.length === 0
      ? el(
        "p",
        { class: "quiet" },
        "None was handed to this page: ",
        el("code", {}, "deno task verify -o json > now.json"),
        ", then ",
        el("code", {}, "--verify now.json"),
        " beside ",
        el("code", {}, "report"),
        ".",
      )
      : el(
        "p",
        { class: "quiet" },
        "Each route by its first path, each published TCP port by a connection. Bodies and certificates are told by " +
          "the first digits of their digests.",
      ),
    verifications.map(verification),
  ];
}

function verification(each: PageVerification): Child {
  const { askedAt, against, answers, unasked, counts } = each;
  return el(
    "section",
    {},
    el("h2", {}, moment(askedAt), `, ${MOMENTS[each.moment]}`),
    el(
      "p",
      { class: "quiet" },
      counts === "" ? "There was nothing to ask." : `${counts}.`,
      against === null ? undefined : [" Docker\u2019s side as it answered ", moment(against), "."],
    ),
    answers.length === 0 ? undefined : table(
      `Answers of ${askedAt}`,
      ["Asked", "Docker", "Cluster", "Result"],
      answers.map(({ question, old, new: now, verdict, result }) => [
        el("code", {}, question),
        old,
        now,
        chip(result, KINDS[verdict]),
      ]),
    ),
    unasked.length === 0 ? undefined : [
      el("p", { class: "quiet" }, "Not asked:"),
      el("ul", {}, unasked.map((rule) => el("li", {}, el("code", {}, rule)))),
    ],
  );
}

/** What the newest came to, for the first page. */
export function lastVerification({ verifications }: PageModel): Child {
  const [last] = verifications;
  if (last === undefined) return undefined;
  return [
    el("h2", {}, "Verification"),
    el(
      "p",
      {},
      el("a", { href: href("verification") }, moment(last.askedAt)),
      `, ${MOMENTS[last.moment]}: ${last.counts || "there was nothing to ask"}`,
    ),
  ];
}
