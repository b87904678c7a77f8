import type { TSchema } from "typebox";

export type Json = { [member: string]: unknown };

/** A schema as plain JSON, without what only the library needs. */
export function schemaOf(schema: TSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}
