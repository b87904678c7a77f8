/** `paymaster completion SHELL`: a script for the shell, which asks `paymaster __complete` for each Tab. */
import type { Command } from "./command.js";
import { EXIT, UsageError } from "./exit-codes.js";

/**
 * The scripts hold no command: they ask the installed version, so that they never grow old. Its answer has a
 * candidate a line, with a tab and a description.
 */
const SCRIPTS = {
  bash: `# paymaster completion for bash: source <(paymaster completion bash)
_paymaster() {
  local value description current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    case "$value" in
      :file | :folder)
        compopt -o filenames 2>/dev/null
        local action=-f; [ "$value" = :folder ] && action=-d
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen "$action" -- "$current")
        ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(paymaster __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _paymaster paymaster
`,
  zsh: `#compdef paymaster
# paymaster completion for zsh: source <(paymaster completion zsh)
_paymaster() {
  local -a candidates
  local value description
  while IFS=$'\\t' read -r value description; do
    case "$value" in
      :file) _files; return ;;
      :folder) _files -/; return ;;
      *) candidates+=("\${value//:/\\\\:}\${description:+:$description}") ;;
    esac
  done < <(paymaster __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe paymaster candidates
}
if [ "\${funcstack[1]}" = "_paymaster" ]; then _paymaster "$@"; else compdef _paymaster paymaster; fi
`,
  fish: `# paymaster completion for fish: paymaster completion fish | source
function __paymaster_complete
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  for line in (paymaster __complete $words "$current" 2>/dev/null)
    switch $line
      case ':file*' ':folder*'
        __fish_complete_path "$current"
      case '*'
        echo $line
    end
  end
end
complete -c paymaster -f -a '(__paymaster_complete)'
`,
} as const;

type Shell = keyof typeof SCRIPTS;
const SHELLS = Object.keys(SCRIPTS) as Shell[];

export const completionCommand: Command = {
  words: ["completion"],
  arguments: [{ name: "shell", offers: SHELLS }],
  flags: [],
  summary: `shell completion: ${SHELLS.join(", ")}`,
  details: `Prints a completion script. For this session, or for all from your shell's start file:
  source <(paymaster completion bash)
  source <(paymaster completion zsh)       # after compinit
  paymaster completion fish | source`,
  async run(line, { output }) {
    const [shell = ""] = line.arguments;
    if (!Object.hasOwn(SCRIPTS, shell)) {
      throw new UsageError(`expected ${SHELLS.join(", ")}; got ${JSON.stringify(shell)}`);
    }
    output.print(SCRIPTS[shell as Shell]);
    return EXIT.done;
  },
};
