/** What a shell reads to know the program and to complete its words: bash, zsh, fish. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Where the program lies. */
export interface Place {
  /** The Deno that runs it. */
  readonly deno: string;
  /** Its folder. */
  readonly home: string;
  /** The script that is run, where it is not the folder's own. */
  readonly script?: string;
}

/** The script of a shell; it asks the program itself, so that names are those of the stack. */
export function shellScript(shell: Shell, { deno, home, script = `${home}/main.ts` }: Place): string {
  const run = [
    `DENO_NO_UPDATE_CHECK=1 ${quoted(deno)} run --no-prompt -A`,
    `--config ${quoted(`${home}/deno.json`)} ${quoted(script)}`,
  ].join(" ");
  return SCRIPTS[shell](shell === "fish" ? `env ${run}` : run);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A line is a word, a tab, and what it is; `:file` and `:directory` are left to the shell. */
const SCRIPTS: Readonly<Record<Shell, (run: string) => string>> = {
  bash: (run) =>
    `# compose-ferry for bash
compose-ferry() { ${run} "$@"; }
_compose_ferry() {
  # Split at spaces alone: bash takes = and : for words of their own, too, and puts in what stands behind the last.
  local typed="\${COMP_LINE:0:COMP_POINT}" current value behind line word
  local -a words
  read -ra words <<< "$typed"
  [[ "$typed" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}" value="$current"
  [[ "$current" == --*=* ]] && value="\${current#*=}"
  behind="\${value%"\${value##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :directory) compopt -o filenames; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$value") ;;
      :file) compopt -o filenames; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$value") ;;
      *)
        word="\${line%%$'\\t'*}"
        [[ "$word" == "$value"* ]] || continue
        word="\${word#"$behind"}"
        [[ "$word" == *[!a-zA-Z0-9._/:=@+*-]* ]] && printf -v word %q "$word"
        COMPREPLY+=("$word") ;;
    esac
  done < <(compose-ferry _complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _compose_ferry compose-ferry
`,
  zsh: (run) =>
    `# compose-ferry for zsh
compose-ferry() { ${run} "$@" }
_compose_ferry() {
  local -a values
  local line
  [[ "\${words[CURRENT]}" == --*=* ]] && compset -P 1 '*='
  while IFS= read -r line; do
    case "$line" in
      :directory) _files -/ ;;
      :file) _files ;;
      *) values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <(compose-ferry _complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#values} )) && _describe -t values 'compose-ferry' values
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _compose_ferry compose-ferry
`,
  fish: (run) =>
    `# compose-ferry for fish
function compose-ferry
  ${run} $argv
end
function __compose_ferry_complete
  set -l current (commandline -ct)
  set -l before (commandline -opc)
  for line in (compose-ferry _complete -- $before[2..-1] "$current" 2>/dev/null)
    switch $line
      case ':directory'
        __fish_complete_directories "$current" ''
      case ':file'
        __fish_complete_path "$current"
      case '*'
        echo $line
    end
  end
end
complete -c compose-ferry -f -a '(__compose_ferry_complete)'
`,
};
