/**
 * The operator's API, `/admin/v1`: what the wire cannot do. `Authorization: Bearer <admin_key>`, JSON,
 * errors in the wire's envelope.
 */
import type { FastifyInstance } from "fastify";
import type { BillingServices } from "../billing/bill-run.js";
import type { Clock } from "../clock.js";
import type { Authenticator } from "../http/principal.js";
import type { BooksWatch } from "../observability/books-watch.js";
import type { RateLimiter } from "../rate-limits/index.js";
import type { Issuers } from "../store/issuers.js";
import { registerAccountListRoutes } from "./account-list.js";
import { registerAccountPlanRoutes } from "./account-plans.js";
import { registerAccountRoutes } from "./accounts.js";
import { registerApiKeyRoutes } from "./api-keys.js";
import { registerBillRunRoutes } from "./bill-runs.js";
import { registerBooksRoutes } from "./books.js";
import { registerClockRoutes } from "./clock.js";
import { registerEInvoiceRoutes } from "./e-invoice.js";
import { registerInvoiceListRoutes } from "./invoice-list.js";
import { registerInvoiceRoutes } from "./invoices.js";
import { registerLimitRoutes } from "./limits.js";
import { requireOperator } from "./operator-key.js";
import { registerOverviewRoutes } from "./overview.js";
import { registerPaymentRoutes } from "./payments.js";
import { registerUsageRoutes } from "./usage.js";

export interface AdminServices extends BillingServices {
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly issuers: Issuers;
  readonly booksWatch: BooksWatch;
}

export function registerAdmin(app: FastifyInstance, services: AdminServices): void {
  app.register(
    async (admin) => {
      admin.addHook("onRequest", (request) => requireOperator(request, services.pool));
      registerOverviewRoutes(admin, services);
      registerAccountListRoutes(admin, services);
      registerAccountPlanRoutes(admin, services);
      registerAccountRoutes(admin, services);
      registerApiKeyRoutes(admin, services);
      registerUsageRoutes(admin, services);
      registerClockRoutes(admin, services);
      registerBillRunRoutes(admin, services);
      registerInvoiceListRoutes(admin, services);
      registerInvoiceRoutes(admin, services);
      registerLimitRoutes(admin, services);
      registerEInvoiceRoutes(admin, services);
      registerPaymentRoutes(admin, services);
      registerBooksRoutes(admin, services);
    },
    { prefix: "/admin/v1" },
  );
}
