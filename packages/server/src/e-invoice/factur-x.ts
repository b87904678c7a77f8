/**
 * A PDF with the invoice as XML inside: Factur-X 1.0 (ZUGFeRD 2), profile EN 16931. The XML is an
 * alternative of what the pages show, both being originals; the PDF's metadata name it, which in PDF/A
 * takes a description of the schema that the names are from.
 */
import type { InvoiceAttachment, InvoiceDocument } from "../invoice-pdf/document.js";

const FILE_NAME = "factur-x.xml";
const NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#";

/** What the schema of the metadata holds: every value is a text that the creator of the file states. */
const PROPERTIES = [
  ["DocumentFileName", FILE_NAME, "Name of the embedded XML invoice file"],
  ["DocumentType", "INVOICE", "Type of the hybrid document"],
  ["Version", "1.0", "Version of the XML schema of the embedded invoice"],
  ["ConformanceLevel", "EN 16931", "Profile of the embedded invoice"],
] as const;

/** The members of an `InvoiceDocument` that make it a Factur-X file. */
export function facturX(cii: string): Pick<InvoiceDocument, "attachments" | "metadataXml"> {
  const attachment: InvoiceAttachment = {
    name: FILE_NAME,
    mimeType: "text/xml",
    relationship: "Alternative",
    description: "The invoice as XML (EN 16931, Cross Industry Invoice)",
    data: Buffer.from(cii, "utf8"),
  };
  return { attachments: [attachment], metadataXml: METADATA };
}

const values = PROPERTIES.map(([name, value]) => `<fx:${name}>${value}</fx:${name}>`);
const descriptions = PROPERTIES.map(
  ([name, , description]) => `<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>${name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>${description}</pdfaProperty:description>
</rdf:li>`,
);

const METADATA = `
<rdf:Description rdf:about="" xmlns:fx="${NAMESPACE}">
${values.join("\n")}
</rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>${NAMESPACE}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
${descriptions.join("\n")}
</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
`;
