/** The samples of the reference in languages that a machine may not have; those it lacks are named. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { play } from "./support/play.js";
import { missing, type RunLanguage } from "./support/runners.js";
import { type Stage, setStage } from "./support/stage.js";

const LANGUAGES = ["go", "java", "php", "ruby", "pythonChilkat"] as const satisfies RunLanguage[];

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.stop());

describe.each(LANGUAGES)("%s", (language) => {
  const reason = missing(language);
  it.skipIf(reason !== null)(reason ?? "every sample does what it says", () =>
    play(stage, language),
  );
});
