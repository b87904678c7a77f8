/** Addresses of the console's pages: the routes in the browser, and what the server answers with the page. */
export const pages = {
  overview: "/",
  accounts: "/accounts",
  account: "/accounts/:id",
  accountTab: "/accounts/:id/:tab",
  invoices: "/invoices",
  invoice: "/invoices/:id",
  billRuns: "/bill-runs",
  billRun: "/bill-runs/:id",
  clock: "/clock",
  limits: "/limits",
  keys: "/keys",
} as const;
