/** Text that several languages need: JSON as it is shown, indentation, and an address put together. */
import { BASE_URL, type SampleRequest } from "./sample-request.js";

export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Every line after `spaces` more spaces; empty lines stay empty. */
export function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}

/** The address inside a string that interpolates: `interpolate` writes the value of a variable. */
export function interpolatedUrl(
  request: SampleRequest,
  interpolate: (variable: string) => string,
): string {
  const path = request.path.map((piece) =>
    "text" in piece ? piece.text : interpolate(piece.variable),
  );
  return interpolate(BASE_URL) + path.join("");
}

/** The address as a sum of literals and variables, for languages without interpolation. */
export function concatenatedUrl(
  request: SampleRequest,
  operator: string,
  literal: (text: string) => string,
  read: (variable: string) => string,
): string {
  const path = request.path.map((piece) =>
    "text" in piece ? literal(piece.text) : read(piece.variable),
  );
  return [read(BASE_URL), ...path].join(operator);
}
