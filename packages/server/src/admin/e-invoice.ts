/** GET /invoices/{id}/ubl: a posted invoice as EN 16931 UBL. */
import type { FastifyInstance } from "fastify";
import type { EInvoiceProblem } from "../e-invoice/invoice.js";
import { writeUbl } from "../e-invoice/ubl.js";
import { plainId } from "../http/plain-text.js";
import { WireFault } from "../http/wire-fault.js";
import { eInvoiceOf } from "../invoice-files.js";
import { findInvoice, findInvoiceTenant } from "../store/invoices.js";
import type { AdminServices } from "./index.js";
import { conflict, notFound } from "./route.js";

export function registerEInvoiceRoutes(
  app: FastifyInstance,
  { pool, issuers }: Pick<AdminServices, "pool" | "issuers">,
): void {
  app.get<{ Params: { id: string } }>("/invoices/:id/ubl", async (request, reply) => {
    const id = plainId(request.params.id);
    const masterId = await findInvoiceTenant(pool, id);
    const invoice = masterId === undefined ? undefined : await findInvoice(pool, masterId, id);
    if (invoice === undefined) throw notFound(`InvoiceId does not exist: ${id}.`);
    const result = await eInvoiceOf(pool, invoice, issuers);
    if ("problems" in result) throw refused(result.problems);
    return reply
      .header("content-disposition", `attachment; filename="${invoice.id}.xml"`)
      .type("application/xml; charset=utf-8")
      .send(writeUbl(result.invoice));
  });
}

/** 409 that says what is missing, field by field. */
function refused(problems: readonly EInvoiceProblem[]): WireFault {
  const { error } = conflict("The invoice cannot be stated as an EN 16931 e-invoice.");
  return new WireFault(error, {}, { errors: problems });
}
