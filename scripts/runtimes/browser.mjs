/** Runs the program in Chromium, in a page of another origin than the server's. */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** An origin for the page, known before the server starts: the server has to allow it. */
export async function startPage() {
  const code = await bundle();
  const server = createServer((request, response) => {
    const isCode = request.url === "/program.js";
    response.writeHead(200, { "content-type": isCode ? "text/javascript" : "text/html" });
    response.end(isCode ? code : "<!doctype html><title>client</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function runInBrowser(origin, executablePath, input) {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(origin);
    return await page.evaluate(async (given) => {
      const { run } = await import("/program.js");
      // As JSON, like the other runtimes' outcomes: what is undefined is not there.
      return JSON.parse(JSON.stringify(await run(given)));
    }, input);
  } finally {
    await browser.close();
  }
}

async function bundle() {
  const entry = fileURLToPath(new URL("./program.mjs", import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, lib: { entry, formats: ["es"] }, minify: false },
  });
  return [result].flat()[0].output[0].code;
}
