/** Examples of every command, for its help and its page of the manual. */

/** A command line without `deno task`, and what it is for. */
export type Example = readonly [line: string, about: string];

/** By the command's path. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  migrate: [
    ["migrate", "the bundled example, on the embedded cluster"],
    ["migrate --stack /opt/shop -f docker-compose.yml -f monitoring.yml --dry-run", "what would change"],
    ["migrate --stack /opt/shop --context prod --to 050", "on a cluster of one's own, up to a migration"],
    ["migrate --stack /opt/shop --report shop.html", "with a page to look at while it goes on"],
    ["migrate --stacks /opt", "every project of the machine, Traefik's first"],
  ],
  rehearse: [
    ["rehearse --stack /opt/shop", "on the machine of the stack, as root; nothing is left of it"],
    ["rehearse --stack /opt/shop --copies /mnt/big --pause", "copies elsewhere, of one moment"],
    ["rehearse --stack /opt/shop --clean", "after one that was killed"],
  ],
  images: [
    ["images --stack /opt/shop --dry-run", "where each image is, and how much room there is"],
    ["images --stack /opt/shop", "on the node's machine, as root, while the old stack serves"],
  ],
  redo: [["redo 060 --stack /opt/shop", "one migration again, its jobs included"]],
  rollback: [["rollback --to 070 --stack /opt/shop --dry-run", "what would be removed"]],
  prune: [["prune --stack /opt/shop --dry-run", "what the stack no longer has"]],
  unlock: [["unlock --run 20261130-abc --stack /opt/shop", "the id is in status"]],
  init: [["init --stack ~/shop --dry-run", "what a fresh clone lacks"]],
  status: [
    ["status --stack /opt/shop", "what is applied, pending, changed or failed"],
    ["status --stack /opt/shop --watch", "while a run goes on, in another terminal"],
    ["status --stack /opt/shop --drift", "what others changed since"],
  ],
  verify: [
    ["verify --stack /opt/shop", "while both sides serve"],
    ["verify --stack /opt/shop -o json > before.json", "what Docker answers, before anything moves"],
    ["verify --stack /opt/shop --against before.json -o json > after.json", "when Docker has gone"],
  ],
  check: [
    ["check --stack /opt/shop", "what becomes of each service"],
    ["check --stack /opt/shop --strict", "exits with 3 while a question has no answer"],
    ["check --stack /opt/shop --host-file /etc/crontab", "what reaches into containers, too"],
  ],
  rbac: [["rbac --stack /opt/shop --user alice --for migrate cross", "for migrate --cross"]],
  k3s: [
    ["k3s --stack /opt/shop --to /", "on the node, as root, before k3s is installed"],
    ["k3s --stack /opt/shop -o nix", "the node's settings for NixOS"],
  ],
  config: [["config --stack /opt/shop", "the project as it was understood"]],
  decide: [
    ["decide --stack /opt/shop", "ask in the terminal"],
    ["decide --stack /opt/shop -o json", "what is open, with ids and proposals"],
    ["decide --stack /opt/shop --answers answers.yaml", "answers from a file"],
  ],
  explain: [
    ["explain prometheus", "a service of the bundled example: its lines, and what each became"],
    ["explain --stack /opt/shop deployment/web", "an object"],
    ["explain 050", "a migration"],
    ["explain kube-bind-source-missing", "the code of a message"],
    ["explain services.web.migration ports", "a decision, and a key of compose"],
    ["explain traefik.http.routers.dashboard.rule", "a label"],
  ],
  runbook: [
    ["runbook --stack /opt/shop --context prod > runbook.md", "on the machine where the stack runs"],
    ["runbook --stack /opt/shop -o html > runbook.html", "to be printed"],
  ],
  relocate: [[
    "relocate --stack /opt/shop --to /srv/shop > relocation.md",
    "when all has moved, before Docker goes",
  ]],
  graph: [
    ["graph", "the bundled example, as a tree"],
    ["graph --stack /opt/shop --of web", "what is around one service"],
    ["graph --stack /opt/shop -o svg > shop.svg", "a picture for a browser"],
    ["graph --stack /opt/shop -o mermaid", "for a page that draws it"],
  ],
  report: [
    ["report --stack /opt/shop", "report.html, before the move"],
    ["report --stack /opt/shop --context prod --to shop.html", "with how far it is there"],
    ["report --stack /opt/shop --verify before.json --verify after.json", "with what verify wrote"],
  ],
  render: [
    ["render --stack /opt/shop --to deploy", "a folder for each migration, a file for each object"],
    ["render --stack /opt/shop --to deploy --as kustomize", "a base, and an overlay for each profile"],
    [
      "render --stack /opt/shop --to chart --as helm --secrets external",
      "a chart; its Secrets come of a store",
    ],
    [
      "render --stack /opt/shop --to . --as argocd --repo https://git.example/shop.git",
      "sync waves in the order of the migrations",
    ],
    ["render --stack /opt/shop --to . --as flux --context prod", "nothing restarts when Flux goes on"],
  ],
  completions: [
    ["completions bash >> ~/.bashrc", "the command compose-ferry, with names to complete"],
    ["completions zsh >> ~/.zshrc", ""],
    ["completions fish > ~/.config/fish/conf.d/compose-ferry.fish", ""],
  ],
  man: [
    ["man check | man -l -", "the page of one command"],
    ["man --to ~/.local/share/man/man1", "all pages as files"],
  ],
  "access grant": [[
    "access grant alice --role deployer --stack /opt/shop",
    "in the decisions, then in the cluster",
  ]],
  "access revoke": [["access revoke alice --stack /opt/shop", "every token of hers ends at once"]],
  "access list": [["access list --stack /opt/shop", "who may do what"]],
  "access kubeconfig": [["access kubeconfig alice --duration 8h > alice.yaml", "with a token that ends"]],
  "secrets list": [["secrets list --stack /opt/shop", "names and places, never a value"]],
  "secrets set": [[
    "secrets set db.POSTGRES_PASSWORD --stack /opt/shop < password",
    "the value comes from stdin",
  ]],
  "secrets rotate": [[
    "secrets rotate db.POSTGRES_PASSWORD --stack /opt/shop",
    "a random value that nobody sees",
  ]],
  "secrets diff": [["secrets diff --stack /opt/shop", "the stack's beside the cluster's"]],
  "cluster up": [["cluster up", "builds it the first time, which takes minutes"]],
  "cluster status": [["cluster status -o json", "whether it runs, and where"]],
  "cluster down": [["cluster down", "what it holds stays"]],
  "cluster reset": [["cluster reset", "empties it"]],
  "cluster kubeconfig": [[
    "KUBECONFIG=$(deno task -q cluster kubeconfig) kubectl get pods -A",
    "kubectl on it",
  ]],
};

/** What else is worth knowing of a command. */
export const NOTES: Readonly<Record<string, string>> = {
  explain: "A kind in front says which is meant: service/web, migration/050, key/image, decision/image.",
  decide:
    "The file of answers is a map by the id or the code of a question: a text keeps the default (the reason, or " +
    "just: default), and a map is lines for decisions.yaml, such as\n" +
    "  kube-system-path: default\n" +
    "  kube-image-local shop-web web: { services: { web: { image: registry.example/shop-web:1.4 } } }",
  completions: "The command that it defines works from any folder: compose-ferry check, and so on.",
};

/** As it stands below the flags. */
export function examplesText(path: string): string {
  const examples = EXAMPLES[path] ?? [];
  const lines = examples.map(([line]) => line.startsWith("KUBECONFIG") ? line : `deno task ${line}`);
  const width = Math.max(0, ...lines.filter((line) => line.length <= 60).map((line) => line.length));
  const shown = examples.map(([, about], index) => {
    const line = lines[index] ?? "";
    return about === "" ? `  ${line}` : `  ${line.padEnd(width)}  ${about}`;
  });
  const note = NOTES[path];
  return `\nExamples:\n${shown.join("\n")}\n${note === undefined ? "" : `\n${note}\n`}`;
}
