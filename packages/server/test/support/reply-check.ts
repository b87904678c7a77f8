/** Holds every answer of the wire to the generated OpenAPI document: its status, content and schema. */
import { buildOpenApi, type WireProfile } from "@paymaster/contract";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Answer } from "./server.js";

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>
    >
  >;
  readonly components?: unknown;
}

class Checker {
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<object, ValidateFunction>();
  readonly #routes: readonly { readonly pattern: RegExp; readonly path: string }[];

  constructor(profile: WireProfile) {
    this.#document = buildOpenApi(profile) as unknown as Document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: "document", components: this.#document.components });
    this.#routes = Object.keys(this.#document.paths)
      // Fixed paths before those with a variable at the same place.
      .sort((a, b) => a.split("{").length - b.split("{").length)
      .map((path) => ({
        path,
        pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
      }));
  }

  check(method: string, pathname: string, answer: Answer<unknown>): void {
    if (!isDecodable(pathname)) return; // no path of the document
    const path = pathname.replace(/^\/v2(?=\/)/, "");
    const route = this.#routes.find(({ pattern }) => pattern.test(path));
    const operation = route && this.#document.paths[route.path]?.[method.toLowerCase()];
    if (operation === undefined) return;
    const response = operation.responses[String(answer.status)] ?? operation.responses.default;
    if (response === undefined) {
      throw new Error(`${method} ${path} answered ${answer.status}, which is not in the document`);
    }
    const schema = response.content?.["application/json"]?.schema;
    if (schema === undefined || answer.body === null) return;
    const validate = this.#compile(schema);
    if (!validate(answer.body)) {
      const problems = this.#ajv.errorsText(validate.errors);
      throw new Error(
        `${method} ${path} ${answer.status} does not fit the document: ${problems}\n${JSON.stringify(answer.body)}`,
      );
    }
  }

  #compile(schema: object): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
    const made = this.#ajv.compile(JSON.parse(text));
    this.#validators.set(schema, made);
    return made;
  }
}

function isDecodable(pathname: string): boolean {
  try {
    return decodeURIComponent(pathname) !== "";
  } catch {
    return false;
  }
}

const checkers = new Map<WireProfile, Checker>();

/** Throws when the answer is not one that the document of the profile promises. */
export function checkReply(
  profile: WireProfile,
  method: string,
  pathname: string,
  answer: Answer<unknown>,
): void {
  const checker = checkers.get(profile) ?? new Checker(profile);
  checkers.set(profile, checker);
  checker.check(method, pathname, answer);
}
