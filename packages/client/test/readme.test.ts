/** The README's examples compile against the client as it is. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const PACKAGES = fileURLToPath(new URL("../..", import.meta.url));
const ROOT = join(PACKAGES, "..");

/** What the examples after the first one take for granted. */
const GIVEN = `
import { type Authentication } from "@paymaster/client";
declare const accountId: string;
declare const accountIds: string[];
declare const baseUrl: string;
declare const authentication: Authentication;
declare const invoiceId: string;
declare const file: { write(chunk: Uint8Array): void };
`;

it("the examples compile", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const examples = Array.from(readme.matchAll(/```ts\n([\s\S]*?)```/g), ([, code = ""]) => code);
  expect(examples).toHaveLength(5);
  const folder = await mkdtemp(join(tmpdir(), "paymaster-readme-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const source = (name: string) => [join(PACKAGES, name, "src/index.ts")];
  const compilerOptions = {
    composite: false,
    incremental: false,
    noEmit: true,
    lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
    typeRoots: [join(ROOT, "node_modules/@types")],
    paths: {
      "@paymaster/client": source("client"),
      "@paymaster/client/node": [join(PACKAGES, "client/src/node/index.ts")],
      "@paymaster/contract": source("contract"),
    },
  };
  const project = { extends: join(ROOT, "tsconfig.base.json"), compilerOptions, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "examples.ts"), `${examples.join("\n")}\n${GIVEN}`);
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const run = promisify(execFile)(process.execPath, [tsc, "-p", folder], { timeout: 60_000 });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
}, 70_000);
