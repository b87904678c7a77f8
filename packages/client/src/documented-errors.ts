/** Finds the documented error that an answer's code and message belong to. */
import type { WireError } from "@paymaster/contract";

interface Template {
  readonly name: string;
  readonly code: number;
  readonly pattern: RegExp;
  /** Fixed characters: of two templates that match, the more specific one wins. */
  readonly fixedLength: number;
}

export type ErrorMatcher = (code: number, message: string) => string | undefined;

/**
 * @param tables errors by name, the operation's own before the common ones
 * @returns a function from code and message to the error's name in the first table that has one
 */
export function createErrorMatcher(
  ...tables: readonly Readonly<Record<string, WireError>>[]
): ErrorMatcher {
  const compiled = tables.map((table) =>
    Object.entries(table)
      .flatMap(([name, error]) => templatesOf(name, error))
      .sort((a, b) => b.fixedLength - a.fixedLength),
  );
  return (code, message) => {
    for (const templates of compiled) {
      const found = templates.find((t) => t.code === code && t.pattern.test(message));
      if (found !== undefined) return found.name;
    }
    return undefined;
  };
}

function templatesOf(name: string, error: WireError): Template[] {
  const wordings = [error.message, error.message2026].filter((text) => text !== undefined);
  return wordings.map((text) => {
    const fixed = text.split(/\{[^}]*\}/);
    return {
      name,
      code: error.code,
      pattern: new RegExp(`^${fixed.map(escapePattern).join("[\\s\\S]*")}$`),
      fixedLength: fixed.join("").length,
    };
  });
}

/** The same message is published with straight and with curly apostrophes. */
function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/['’]/g, "['’]");
}
