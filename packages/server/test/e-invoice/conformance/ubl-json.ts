/** UBL as the JSON that `@e-invoice-eu/core` takes, and XML as text that can be compared. */
import { XmlDocument, XmlElement } from "libxml2-wasm";

export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

type Json = { [name: string]: unknown };

const PREFIXES: Readonly<Record<string, string>> = {
  "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
  "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
};
/** The JSON form knows invoices only; their type code makes a credit note of them. */
const INVOICE_NAMES: Readonly<Record<string, string>> = {
  "cac:CreditNoteLine": "cac:InvoiceLine",
  "cbc:CreditedQuantity": "cbc:InvoicedQuantity",
  "cbc:CreditNoteTypeCode": "cbc:InvoiceTypeCode",
};

/** Throws on an element that the schema does not have, or that it has once and that stands twice. */
export function ublToJson(xml: string, schema: JsonSchema): Json {
  const document = XmlDocument.fromString(xml);
  try {
    return toJson(document.root, schema);
  } finally {
    document.dispose();
  }
}

function toJson(element: XmlElement, schema: JsonSchema): Json {
  const json: Json = {};
  for (const child of childrenOf(element)) {
    const written = `${PREFIXES[child.namespaceUri]}:${child.name}`;
    const name = INVOICE_NAMES[written] ?? written;
    const property = schema.properties?.[name];
    if (property === undefined) throw new Error(`${name} is not in the schema`);
    const isList = property.type === "array";
    const item = isList ? (property.items ?? {}) : property;
    const value = item.type === "object" ? toJson(child, item) : child.content;
    if (isList) {
      json[name] = [...((json[name] as unknown[] | undefined) ?? []), value];
    } else {
      if (name in json) throw new Error(`${name} stands twice`);
      json[name] = value;
    }
    for (const attribute of child.attrs) json[`${name}@${attribute.name}`] = attribute.content;
  }
  return json;
}

/**
 * Every element with its path, attributes and text, in the order of the document, without prefixes and
 * the root's attributes. Elements of one name are numbered among their siblings.
 */
export function outline(xml: string): string[] {
  const document = XmlDocument.fromString(xml);
  try {
    return outlineOf(document.root, "");
  } finally {
    document.dispose();
  }
}

function outlineOf(element: XmlElement, path: string): string[] {
  const children = childrenOf(element);
  const attributes =
    path === "" ? [] : element.attrs.map(({ name, content }) => `${name}=${content}`);
  const text = children.length === 0 ? element.content : "";
  const counts = new Map<string, number>();
  const lines = [`${path}/ [${attributes.sort()}] ${text}`.trimEnd()];
  for (const child of children) {
    const number = (counts.get(child.name) ?? 0) + 1;
    counts.set(child.name, number);
    lines.push(...outlineOf(child, `${path}/${child.name}${number}`));
  }
  return lines;
}

function childrenOf(element: XmlElement): XmlElement[] {
  const children: XmlElement[] = [];
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement) children.push(node);
  }
  return children;
}
