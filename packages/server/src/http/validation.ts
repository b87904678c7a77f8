/** JSON Schema validation, without coercion, and its errors in the wire's form. */
import { commonErrors } from "@paymaster/contract";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { TSchema } from "typebox";
import { type FieldError, WireFault } from "./wire-fault.js";

/** A validator gives the problems of a value, none when it fits. */
export type Validate = (value: unknown) => readonly FieldError[];

const MAX_ERRORS = 20;
// `strictNumbers`: 1e400 is read as Infinity, which is no number of anything.
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  strictNumbers: true,
  coerceTypes: false,
});
addFormats.default(ajv, ["date", "email", "uri"]);

export function compileValidator(schema: TSchema): Validate {
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return summarise(validate.errors ?? []);
  };
}

export function validationFault(problems: readonly FieldError[]): WireFault {
  return new WireFault(commonErrors.validationFailed, {}, { errors: problems });
}

/** One error a field: the first that says something, without the noise of alternatives. */
function summarise(errors: readonly ErrorObject[]): FieldError[] {
  const byField = new Map<string, string>();
  for (const error of errors) {
    const field = fieldOf(error);
    const message = messageOf(error);
    if (message === null && byField.has(field)) continue;
    if (!byField.has(field) || byField.get(field) === "Invalid field.") {
      byField.set(field, message ?? "Invalid field.");
    }
    if (byField.size >= MAX_ERRORS) break;
  }
  return [...byField].map(([field, message]) => ({ field, message }));
}

function fieldOf(error: ErrorObject): string {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (error.keyword === "required") path.push(String(error.params.missingProperty));
  if (error.keyword === "additionalProperties") path.push(String(error.params.additionalProperty));
  return (path.join(".") || "body").slice(0, 200);
}

function messageOf(error: ErrorObject): string | null {
  switch (error.keyword) {
    case "required":
      return "This field is required.";
    case "additionalProperties":
    case "if":
    case "anyOf":
    case "oneOf":
      return null;
    case "type":
      return `Must be ${article(String(error.params.type))}.`;
    case "enum":
      return `Must be one of: ${(error.params.allowedValues as unknown[]).join(", ")}.`;
    case "const":
      return `Must be ${JSON.stringify(error.params.allowedValue)}.`;
    case "maxLength":
      return `Must have at most ${error.params.limit} characters.`;
    case "minLength":
      return `Must have at least ${error.params.limit} characters.`;
    case "maxItems":
      return `Must have at most ${error.params.limit} entries.`;
    default:
      return `Invalid field: ${error.message ?? "it does not fit the schema"}.`;
  }
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}
