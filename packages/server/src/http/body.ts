/** Request bodies: JSON, or the multipart form that the 2021 generation accepts; an empty one is none. */
import multipart from "@fastify/multipart";
import { commonErrors } from "@paymaster/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { TSchema } from "typebox";
import { bodyFromForm, type FormField } from "./multipart.js";
import { WireFault } from "./wire-fault.js";

const MAX_FORM_FIELDS = 100;
const MAX_FIELD_BYTES = 16 * 1024;

export function registerBodyParsers(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  // Clients that name no content type, or a wrong one, still mean JSON: nothing else is documented.
  app.addContentTypeParser("*", { parseAs: "string" }, (request, body, done) => {
    const text = typeof body === "string" ? body : body.toString("utf8");
    if (text.trim() === "") return done(null, undefined);
    parseJson(request, text, (error, value) => {
      if (error !== null) return done(new WireFault(commonErrors.invalidJson));
      done(null, value);
    });
  });
  // Forms are for the token endpoint; as the body of an operation their text is not a JSON object.
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, body.toString()),
  );
  app.register(multipart, {
    limits: {
      fields: MAX_FORM_FIELDS,
      files: 0,
      fieldSize: MAX_FIELD_BYTES,
      fieldNameSize: 200,
      parts: MAX_FORM_FIELDS,
      headerPairs: 20,
    },
  });
}

/** The body as an object. An absent one is `{}` where the operation does not require a body. */
export async function readBody(
  request: FastifyRequest,
  schema: TSchema,
  required: boolean,
): Promise<unknown> {
  if (request.isMultipart()) return readForm(request, schema);
  const body = request.body;
  if (body === undefined && !required) return {};
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new WireFault(commonErrors.invalidJson);
  }
  return body;
}

async function readForm(request: FastifyRequest, schema: TSchema): Promise<unknown> {
  const fields: FormField[] = [];
  try {
    for await (const part of request.parts()) {
      if (part.type === "field") fields.push([part.fieldname, String(part.value)]);
    }
  } catch (error) {
    throw new WireFault(
      commonErrors.validationFailed,
      {},
      {
        errors: [
          { field: "body", message: `The form cannot be read: ${(error as Error).message}.` },
        ],
      },
    );
  }
  const result = bodyFromForm(fields, schema);
  if ("badField" in result) {
    throw new WireFault(
      commonErrors.validationFailed,
      {},
      { errors: [{ field: result.badField.slice(0, 200), message: "Invalid field." }] },
    );
  }
  return result.body;
}
