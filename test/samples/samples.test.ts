/** The samples of the reference in curl, Python and TypeScript run against a real server, as printed. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inEmptyFolder, play } from "./support/play.js";
import { missing, ROOT, writeTypeScript } from "./support/runners.js";
import { type Stage, setStage } from "./support/stage.js";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.stop());

it("curl", () => play(stage, "curl"));
it("TypeScript", () => play(stage, "typescript"));
it("Python with requests", async (context) => {
  const reason = missing("pythonRequests");
  if (reason !== null) context.skip(reason);
  await play(stage, "pythonRequests");
});

/** The library is not free software and may not be there; `npm run test:samples` runs them where it is. */
it("Python with Chilkat is valid Python", async (context) => {
  const reason = missing("pythonRequests");
  if (reason !== null) context.skip(reason);
  const sources = (await stage.prepare("pythonChilkat")).map(({ source }) => source);
  const check = `for source in ${JSON.stringify(sources)}: compile(source, "sample", "exec")`;
  await promisify(execFile)("python3", ["-c", check]);
});

it("those in TypeScript have no type error", async () => {
  const samples = await stage.prepare("typescript");
  await inEmptyFolder(async (folder) => {
    await writeTypeScript(samples, folder, "ts");
    const compilerOptions = { composite: false, incremental: false, noEmit: true };
    const project = { extends: join(ROOT, "tsconfig.base.json"), compilerOptions };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(project));
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const run = promisify(execFile)(process.execPath, [tsc, "-p", folder], { timeout: 60_000 });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });
});
