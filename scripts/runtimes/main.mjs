/** Runs the program in Node, Bun or Deno: its input is standard input, its outcomes standard output. */
import { run } from "./program.mjs";

let input = "";
for await (const chunk of process.stdin) input += chunk;
console.log(JSON.stringify(await run(JSON.parse(input))));
process.exit(0);
