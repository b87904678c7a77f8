/** Checks of arguments and results against the schemas of tools, compiled at first use. */

import type { JsonSchemaType } from "@modelcontextprotocol/sdk/validation";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { previewBody } from "@paymaster/contract";
import { plain } from "./tool-schema.js";
import type { Tool } from "./tools.js";

export interface Validators {
  /** @returns what is wrong, or undefined */
  input(tool: Tool, value: unknown): string | undefined;
  output(tool: Tool, value: unknown): string | undefined;
  /** A preview is what a person decides by: one that lacks a price is none. */
  preview(value: unknown): string | undefined;
}

type Check = (value: unknown) => {
  readonly valid: boolean;
  readonly errorMessage: string | undefined;
};

const MAX_PROBLEM_LENGTH = 600;

const previewSchema = plain(previewBody);

export function createValidators(): Validators {
  const ajv = new AjvJsonSchemaValidator();
  const compiled = new WeakMap<object, Check>();
  function check(schema: object, value: unknown, root: string): string | undefined {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      validate = ajv.getValidator(schema as JsonSchemaType);
      compiled.set(schema, validate);
    }
    const { valid, errorMessage } = validate(value);
    if (valid) return undefined;
    return (errorMessage ?? "invalid")
      .replaceAll("data/", "")
      .replaceAll(/\bdata\b/g, root)
      .slice(0, MAX_PROBLEM_LENGTH);
  }
  return {
    input: (tool, value) => check(tool.inputSchema, value, "the arguments"),
    output: (tool, value) => check(tool.outputSchema, value, "the answer"),
    preview: (value) => check(previewSchema, value, "the preview"),
  };
}
