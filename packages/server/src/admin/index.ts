/**
 * The operator's API, `/admin/v1`: what the wire cannot do. `Authorization: Bearer <admin_key>`, JSON,
 * errors in the wire's envelope.
 */
import { commonErrors } from "@paymaster/contract";
import type { FastifyInstance } from "fastify";
import type { BillingServices } from "../billing/bill-run.js";
import type { Clock } from "../clock.js";
import { bearerToken } from "../http/authorize.js";
import type { Authenticator } from "../http/principal.js";
import { WireFault } from "../http/wire-fault.js";
import { hashSecret } from "../ids.js";
import type { Issuers } from "../store/issuers.js";
import { registerAccountRoutes } from "./accounts.js";
import { registerApiKeyRoutes } from "./api-keys.js";
import { registerBillRunRoutes } from "./bill-runs.js";
import { registerBooksRoutes } from "./books.js";
import { registerClockRoutes } from "./clock.js";
import { registerEInvoiceRoutes } from "./e-invoice.js";
import { registerInvoiceRoutes } from "./invoices.js";
import { registerPaymentRoutes } from "./payments.js";
import { registerUsageRoutes } from "./usage.js";

export interface AdminServices extends BillingServices {
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly issuers: Issuers;
}

export function registerAdmin(app: FastifyInstance, services: AdminServices): void {
  app.register(
    async (admin) => {
      admin.addHook("onRequest", async (request) => {
        const key = bearerToken(request.headers.authorization) ?? "";
        // Found by its hash: comparing takes no longer for a key that is nearly right.
        const { rowCount } = await services.pool.query({
          name: "find-admin-key",
          text: "select 1 from admin_keys where key_hash = $1",
          values: [hashSecret(key)],
        });
        if (rowCount !== 1) {
          throw new WireFault(commonErrors.invalidToken);
        }
      });
      registerAccountRoutes(admin, services);
      registerApiKeyRoutes(admin, services);
      registerUsageRoutes(admin, services);
      registerClockRoutes(admin, services);
      registerBillRunRoutes(admin, services);
      registerInvoiceRoutes(admin, services);
      registerEInvoiceRoutes(admin, services);
      registerPaymentRoutes(admin, services);
      registerBooksRoutes(admin, services);
    },
    { prefix: "/admin/v1" },
  );
}
