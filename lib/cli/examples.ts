/** Examples of every command, for its help and its page of the manual. */

/** A command line without `deno task`, and what it is for. */
export type Example = readonly [line: string, about: string];

/** By the command's path. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  migrate: [
    ["migrate", "the bundled example, on the embedded cluster"],
    ["migrate --stack /opt/shop -f docker-compose.yml -f monitoring.yml --dry-run", "what would change"],
    ["migrate --stack /opt/shop --context prod --to 050", "on your own cluster, up to a migration"],
    ["migrate --stack /opt/shop --report shop.html", "with a page that shows the progress"],
    ["migrate --stacks /opt", "every project in the folder, the one with Traefik first"],
  ],
  rehearse: [
    ["rehearse --stack /opt/shop", "on the machine of the stack, as root; nothing is left behind"],
    ["rehearse --stack /opt/shop --copies /mnt/big --pause", "copies on another disk, consistent"],
    ["rehearse --stack /opt/shop --clean", "after one that was killed"],
  ],
  images: [
    ["images --stack /opt/shop --dry-run", "where each image is, and how much room there is"],
    ["images --stack /opt/shop", "on the node, as root, while the stack keeps running"],
  ],
  redo: [["redo 060 --stack /opt/shop", "one migration again, with its Jobs"]],
  rollback: [["rollback --to 070 --stack /opt/shop --dry-run", "what would be removed"]],
  prune: [["prune --stack /opt/shop --dry-run", "what would be removed"]],
  unlock: [["unlock --run 20261130-abc --stack /opt/shop", "status shows the id"]],
  init: [["init --stack ~/shop --dry-run", "which files a fresh clone lacks"]],
  status: [
    ["status --stack /opt/shop", "what is applied, pending, changed or failed"],
    ["status --stack /opt/shop --watch", "while a run goes on, in another terminal"],
    ["status --stack /opt/shop --drift", "what others have changed since"],
  ],
  verify: [
    ["verify --stack /opt/shop", "while both Docker and the cluster serve"],
    ["verify --stack /opt/shop -o json > before.json", "what Docker answers, before anything moves"],
    ["verify --stack /opt/shop --against before.json -o json > after.json", "when Docker has gone"],
  ],
  check: [
    ["check --stack /opt/shop", "what becomes of each service"],
    ["check --stack /opt/shop --strict", "exits with 3 while a question is unanswered"],
    ["check --stack /opt/shop --host-file /etc/crontab", "also checks what uses the containers from outside"],
  ],
  rbac: [["rbac --stack /opt/shop --user alice --for migrate cross", "for migrate --cross"]],
  k3s: [
    ["k3s --stack /opt/shop --to /", "on the node, as root, before k3s is installed"],
    ["k3s --stack /opt/shop -o nix", "the node's settings for NixOS"],
  ],
  config: [["config --stack /opt/shop", "the project as it was read"]],
  decide: [
    ["decide --stack /opt/shop", "ask in the terminal"],
    ["decide --stack /opt/shop -o json", "open questions, with ids and proposals"],
    ["decide --stack /opt/shop --answers answers.yaml", "answers from a file"],
  ],
  explain: [
    ["explain prometheus", "a service of the bundled example: its lines, and the objects made from them"],
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
    "after the move, before Docker is removed",
  ]],
  graph: [
    ["graph", "the bundled example, as a tree"],
    ["graph --stack /opt/shop --of web", "one service and its neighbours"],
    ["graph --stack /opt/shop -o svg > shop.svg", "a picture for a browser"],
    ["graph --stack /opt/shop -o mermaid", "for pages that render Mermaid"],
  ],
  report: [
    ["report --stack /opt/shop", "report.html, before the move"],
    ["report --stack /opt/shop --context prod --to shop.html", "with the state of the cluster"],
    ["report --stack /opt/shop --verify before.json --verify after.json", "with the results of verify"],
  ],
  render: [
    ["render --stack /opt/shop --to deploy", "a folder for each migration, a file for each object"],
    ["render --stack /opt/shop --to deploy --as kustomize", "a base, and an overlay for each profile"],
    [
      "render --stack /opt/shop --to chart --as helm --secrets external",
      "a chart; Secrets come from a secret store",
    ],
    [
      "render --stack /opt/shop --to . --as argocd --repo https://git.example/shop.git",
      "sync waves in the order of the migrations",
    ],
    ["render --stack /opt/shop --to . --as flux --context prod", "nothing restarts when Flux takes over"],
  ],
  completions: [
    ["completions bash >> ~/.bashrc", "defines the command compose-ferry, with completion"],
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
  "access revoke": [["access revoke alice --stack /opt/shop", "every token becomes invalid at once"]],
  "access list": [["access list --stack /opt/shop", "who may do what"]],
  "access kubeconfig": [["access kubeconfig alice --duration 8h > alice.yaml", "with a token that expires"]],
  "secrets list": [["secrets list --stack /opt/shop", "names and places, never a value"]],
  "secrets set": [[
    "secrets set db.POSTGRES_PASSWORD --stack /opt/shop < password",
    "reads the value from standard input",
  ]],
  "secrets rotate": [[
    "secrets rotate db.POSTGRES_PASSWORD --stack /opt/shop",
    "a random value that is never shown",
  ]],
  "secrets diff": [["secrets diff --stack /opt/shop", "compares the stack with the cluster"]],
  "cluster up": [["cluster up", "the first start builds it, which takes minutes"]],
  "cluster status": [["cluster status -o json", "whether it runs, and where"]],
  "cluster down": [["cluster down", "its contents stay"]],
  "cluster reset": [["cluster reset", "deletes its contents"]],
  "cluster kubeconfig": [[
    "KUBECONFIG=$(deno task -q cluster kubeconfig) kubectl get pods -A",
    "use it with kubectl",
  ]],
};

/** What else is worth knowing of a command. */
export const NOTES: Readonly<Record<string, string>> = {
  explain: "Put a kind in front of an ambiguous word: service/web, migration/050, key/image, decision/image.",
  decide:
    "The file of answers is a map by the id or the code of a question. A text keeps the default and gives the reason " +
    "(or just: default); a map has the lines for decisions.yaml, such as\n" +
    "  kube-system-path: default\n" +
    "  kube-image-local shop-web web: { services: { web: { image: registry.example/shop-web:1.4 } } }",
  completions: "The command works from any folder, for example: compose-ferry check",
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
