/** Names that services of two projects have on one network: who calls them got one or the other from Docker. */
import { type Context, isSkipped } from "../stack/context.ts";
import { ambiguousNames } from "../stack/network/neighbours.ts";
import { placesOf } from "../stack/network/references.ts";

/** One finding for each such name that the project calls: where it leads now, and who else answered. */
export function checkAmbiguousNames(context: Context): void {
  const { project, bindSources, decisions, otherProjects = [] } = context;
  const found = Object.values(project.services).filter(({ name }) => !isSkipped(decisions, name)).flatMap(
    (service) => {
      const names = ambiguousNames(project, service, otherProjects);
      const hosts = new Set(names.map(({ host }) => host));
      return (hosts.size === 0 ? [] : placesOf(project, service, bindSources, hosts)).flatMap((place) => {
        const name = names.find(({ host }) => host === place.host);
        return name === undefined ? [] : [{ name, place }];
      });
    },
  );
  for (const uses of Map.groupBy(found, ({ name }) => name.host).values()) {
    const [first, ...others] = uses;
    if (first === undefined) continue;
    const { host, isOwn, answers } = first.name;
    const owners = [...new Set(answers.map(({ project: owner }) => `"${owner}"`))];
    const spans = others.flatMap(({ place: { from, span } }) =>
      span === undefined ? [] : [{ message: `Also named by service "${from}"`, span }]
    );
    const network = answers[0]?.network;
    context.report({
      code: "kube-host-ambiguous",
      severity: isOwn ? "info" : "warning",
      message: isOwn
        ? `Host "${host}" is a service of ${
          owners.join(" and ")
        }, too, on network "${network}", of which Docker takes one by chance: it leads to the project's own`
        : `Host "${host}" is a service of ${
          owners.join(" and ")
        } on network "${network}", of which Docker takes one by chance: it leads to that of ${owners[0]}`,
      ...(first.place.span === undefined ? {} : { span: first.place.span }),
      hint:
        "To mean another one: give it a network alias that no other has, and write that where it is called",
      ...(spans.length === 0 ? {} : { related: spans }),
    });
  }
}
