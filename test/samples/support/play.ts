import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type RunLanguage, runners } from "./runners.js";
import { expectedOutcome, outcomeOf, type Stage } from "./stage.js";

/** Runs every sample of a language; each must have sent its request and got its documented success. */
export async function play(stage: Stage, language: RunLanguage): Promise<void> {
  const samples = await stage.prepare(language);
  await inEmptyFolder((folder) => runners[language](samples, folder));
  const exchanges = stage.recorder.take();
  expect(samples.map((sample) => outcomeOf(sample, exchanges))).toEqual(
    samples.map(expectedOutcome),
  );
}

export async function inEmptyFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "paymaster-samples-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
