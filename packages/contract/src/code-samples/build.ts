/** The samples of an operation in every language, as an OpenAPI document carries them. */
import type { Operation, WireProfile } from "../operation.js";
import { csharp } from "./csharp.js";
import { curl } from "./curl.js";
import { go } from "./go.js";
import { java } from "./java.js";
import { php } from "./php.js";
import { pythonChilkat, pythonRequests } from "./python.js";
import { ruby } from "./ruby.js";
import { type SampleRequest, sampleRequestOf } from "./sample-request.js";
import { tokenSamples } from "./token.js";
import { typescript } from "./typescript.js";

export interface CodeSample {
  /** What a viewer colours the sample as. */
  readonly lang: string;
  readonly label: string;
  readonly source: string;
}

interface Language {
  readonly lang: string;
  readonly label: string;
  readonly write: (request: SampleRequest) => string;
}

/** In the order in which a reader is offered them. */
export const sampleLanguages = {
  curl: { lang: "shell", label: "curl", write: curl },
  pythonRequests: { lang: "python", label: "Python (requests)", write: pythonRequests },
  pythonChilkat: { lang: "python", label: "Python (Chilkat)", write: pythonChilkat },
  typescript: { lang: "typescript", label: "TypeScript", write: typescript },
  go: { lang: "go", label: "Go", write: go },
  java: { lang: "java", label: "Java", write: java },
  php: { lang: "php", label: "PHP", write: php },
  ruby: { lang: "ruby", label: "Ruby", write: ruby },
  csharp: { lang: "csharp", label: "C#", write: csharp },
} as const satisfies Readonly<Record<string, Language>>;

export type SampleLanguage = keyof typeof sampleLanguages;
const LANGUAGES = Object.keys(sampleLanguages) as SampleLanguage[];

export function codeSamplesOf(operation: Operation, profile: WireProfile): CodeSample[] {
  const request = sampleRequestOf(operation, profile);
  return LANGUAGES.map((name) => {
    const { lang, label, write } = sampleLanguages[name];
    return { lang, label, source: write(request) };
  });
}

/** The samples of `POST /oauth/token`. */
export function tokenCodeSamples(): CodeSample[] {
  return LANGUAGES.map((name) => {
    const { lang, label } = sampleLanguages[name];
    return { lang, label, source: tokenSamples[name] };
  });
}
