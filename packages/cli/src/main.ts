/** The `paymaster` command. */
import { setMaxListeners } from "node:events";
import { ALL_COMMANDS, OPERATION_COMMANDS, OWN_COMMANDS, runCommand } from "./command-table.js";
import { complete } from "./completion.js";
import { describeError, errorAsJson } from "./describe-error.js";
import { exitCodeOf } from "./exit-codes.js";
import { helpText } from "./help.js";
import { createOutput } from "./output.js";
import { ProfileStore } from "./profile-store.js";
import { packageVersion } from "./version.js";

const output = createOutput(process.stdout, process.stderr, process.env);

/** @param args the command line without node and script. @returns the exit code */
async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || command === "--help" || command === "-h" || command === "help") {
    output.print(helpText(OWN_COMMANDS, OPERATION_COMMANDS));
    return 0;
  }
  if (command === "--version" || command === "-v") {
    output.print(`${packageVersion()}\n`);
    return 0;
  }
  if (command === "__complete") return offer(rest);
  return runCommand(commandFirst(args), { environment: process.env, output, signal });
}

/** For a shell's completion script: see completion-command.ts. */
async function offer(words: readonly string[]): Promise<number> {
  const profiles = () => new ProfileStore(process.env).names();
  for (const { value, description } of await complete(words, {
    commands: ALL_COMMANDS,
    profiles,
  })) {
    output.print(`${value}\t${description}\n`);
  }
  return 0;
}

/** `paymaster --as acme plans me` says the same as `paymaster plans me --as acme`. */
function commandFirst(args: readonly string[]): readonly string[] {
  let count = 0;
  while (args[count]?.startsWith("-")) {
    count += args[count] === "--as" || args[count] === "--credentials" ? 2 : 1;
  }
  return [...args.slice(count), ...args.slice(0, count)];
}

/** The first signal ends what is under way in order; a second one ends the process. */
function untilSignal(): AbortSignal {
  const controller = new AbortController();
  // Many calls at once listen to it: that is no leak.
  setMaxListeners(0, controller.signal);
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => controller.abort(new Error(name)));
  }
  return controller.signal;
}

// `paymaster ... | head`: nobody reads any more, which is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});

const args = process.argv.slice(2);
// The server ends by signals of its own.
const signal = args[0] === "serve" ? new AbortController().signal : untilSignal();
try {
  process.exitCode = await run(args, signal);
} catch (error) {
  if (args.includes("--json")) {
    process.stderr.write(`${JSON.stringify(errorAsJson(error), null, 2)}\n`);
  } else {
    output.say(`${output.paintRemark("red", "paymaster:")} ${describeError(error)}`);
  }
  process.exitCode = exitCodeOf(error);
}
