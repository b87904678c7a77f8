/** What a shell may offer for a line that is being typed; derived from the command table. */
import {
  type Argument,
  type Command,
  type Flag,
  type ForeignCommand,
  HELP_FLAG,
  type Offer,
} from "./command.js";

export interface Candidate {
  /** `:file` and `:folder` let the shell offer what there is. */
  readonly value: string;
  readonly description: string;
}

export interface CompletionSources {
  readonly commands: readonly (Command | ForeignCommand)[];
  readonly profiles: () => readonly string[];
}

/**
 * @param words the line after `paymaster`, the last one being what is typed now, perhaps empty
 * @returns what can stand there, those that begin with what is typed
 */
export async function complete(
  words: readonly string[],
  sources: CompletionSources,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const found = commandOf(before, sources.commands);
  const next = nextWords(before, sources.commands);
  // `plans base` begins longer commands: `base` is not the account of `plans`.
  const isPartial = next.length > 0 && before.length > (found?.words.length ?? 0);
  const others =
    found === undefined || isPartial ? [] : await afterCommand(found, before, typed, sources);
  const offered = [...others, ...next];
  const seen = new Set<string>();
  return offered.filter(({ value }) => {
    const isNew = !seen.has(value);
    seen.add(value);
    return isNew && (value.startsWith(":") || value.startsWith(typed));
  });
}

/** All of the same words at once: their flags and arguments are offered together. */
function commandOf(before: readonly string[], commands: CompletionSources["commands"]) {
  const matching = commands.filter(({ words }) =>
    words.every((word, index) => before[index] === word),
  );
  const length = Math.max(0, ...matching.map(({ words }) => words.length));
  const candidates = matching.filter(({ words }) => words.length === length);
  const [first] = candidates;
  return first === undefined ? undefined : { words: first.words, candidates };
}

function nextWords(
  before: readonly string[],
  commands: CompletionSources["commands"],
): readonly Candidate[] {
  return commands
    .filter(({ words }) => before.every((word, index) => words[index] === word))
    .flatMap(({ words, summary }) => {
      const word = words[before.length];
      const isLast = words.length === before.length + 1;
      return word === undefined ? [] : [{ value: word, description: isLast ? summary : "" }];
    });
}

async function afterCommand(
  found: NonNullable<ReturnType<typeof commandOf>>,
  before: readonly string[],
  typed: string,
  sources: CompletionSources,
): Promise<readonly Candidate[]> {
  const rest = before.slice(found.words.length);
  const flags = (await Promise.all(found.candidates.map(flagsOf))).flat();
  const pending = flags.find((flag) => flag.value !== undefined && isFlag(flag, rest.at(-1)));
  if (pending !== undefined) return offersOf(pending.offers, sources);
  if (typed.startsWith("-")) {
    return flags.map(({ name, description }) => ({ value: `--${name}`, description }));
  }
  const position = positionOf(rest, flags);
  return found.candidates.flatMap((command) => {
    const argument: Argument | undefined =
      "arguments" in command ? command.arguments[position] : undefined;
    return offersOf(argument?.offers, sources);
  });
}

function isFlag({ name, short }: Flag, word: string | undefined): boolean {
  return word === `--${name}` || (short !== undefined && word === `-${short}`);
}

/** How many arguments stand before what is typed: flags and their values are none. */
function positionOf(rest: readonly string[], flags: readonly Flag[]): number {
  let position = 0;
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? "";
    if (!word.startsWith("-")) position += 1;
    else if (flags.find((flag) => isFlag(flag, word))?.value !== undefined) index += 1;
  }
  return position;
}

function offersOf(offer: Offer | undefined, sources: CompletionSources): readonly Candidate[] {
  if (offer === undefined) return [];
  if (offer === "profile") return sources.profiles().map(plainCandidate);
  if (typeof offer === "string") return [plainCandidate(`:${offer}`)];
  return offer.map(plainCandidate);
}

function plainCandidate(value: string): Candidate {
  return { value, description: "" };
}

/** Those of a foreign command are read from its help. */
async function flagsOf(command: Command | ForeignCommand): Promise<readonly Flag[]> {
  if ("flags" in command) return [...command.flags, HELP_FLAG];
  const names = (await command.help()).matchAll(/^ +(?:-\w, )?--([a-z][a-z-]*)/gm);
  return [...Array.from(names, ([, name = ""]) => ({ name, description: "" })), HELP_FLAG];
}
