/** Child programs of a benchmark: each reports what it offers, answers questions, and ends with its parent. */
import { fork } from "node:child_process";
import { once } from "node:events";

/**
 * Starts a program of this folder and waits until it is ready.
 * @param {string} name e.g. "server"
 * @param {unknown} options handed to the program as its first message
 * @param {"inherit" | number} output where its standard output goes, e.g. an open file
 */
export async function startProgram(name, options = {}, output = "inherit") {
  const child = fork(new URL(`./${name}.mjs`, import.meta.url), {
    serialization: "advanced",
    stdio: ["ignore", output, "inherit", "ipc"],
  });
  child.send(options);
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`${name} ended with ${code}`);
  });
  failed.catch(() => undefined);
  const next = async () => (await Promise.race([once(child, "message"), failed]))[0];
  const ready = await next();
  return {
    ready,
    pid: child.pid,
    /** Asks the program something; its answer is its next message. */
    async ask(question) {
      child.send(question);
      return next();
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}

/**
 * The other side: runs `start` with the options, sends what it offers, answers questions with `answer`,
 * and calls `stop` when the parent is done.
 */
export async function runProgram({ start, answer, stop }) {
  const [options] = await once(process, "message");
  const started = await start(options);
  process.on("message", async (question) => process.send(await answer(question, started)));
  process.once("disconnect", async () => {
    await stop?.(started);
    process.exit(0);
  });
  process.send(started.ready);
}

/** What a server process is asked: its memory and the processor time that it used so far. */
export function usageOfProcess() {
  const { user, system } = process.cpuUsage();
  return { rssMb: process.memoryUsage.rss() / 2 ** 20, cpuSeconds: (user + system) / 1e6 };
}
