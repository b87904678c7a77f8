/** The resources: the sub accounts, the sheet of one, and two reports over all. All are JSON. */
import { ErrorCode, McpError, type ReadResourceResult } from "@modelcontextprotocol/sdk/types.js";
import { type Address, accountAddress, readAddress, writeAddress } from "./addresses.js";
import type { Progress } from "./progress.js";
import { readAccountSheet, SHEET_TOOLS } from "./reports/account-sheet.js";
import { WALK_LIMITS, type WalkLimits } from "./reports/fleet.js";
import { licenceReport, renewalReport } from "./reports/fleet-reports.js";
import type { Reader, Reading } from "./reports/reader.js";

/** The protocol's code for a resource that is not there. */
const RESOURCE_NOT_FOUND = -32_002;
const ACCOUNTS_PAGE_SIZE = 300;
const MIME_TYPE = "application/json";

interface Described {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
}

interface OfferedResources {
  readonly resources: readonly (Described & { readonly uri: string })[];
  readonly templates: readonly (Described & { readonly uriTemplate: string })[];
}

/** What the reader can read: an operation that the configuration leaves out takes its reports along. */
export function offerResources(reader: Reader): OfferedResources {
  const limits = WALK_LIMITS;
  const accounts = {
    name: "accounts",
    title: "Sub accounts",
    description: "Ids, names and kinds of the master's sub accounts, page by page.",
    mimeType: MIME_TYPE,
  };
  const sheet = {
    name: "account_sheet",
    title: "Account sheet",
    description:
      "One account: plans, licences used and idle, what renews next, billing contact, open invoices. `me` is the caller's own. Invoices may be read rarely, so do not read the sheet again without need.",
    mimeType: MIME_TYPE,
  };
  const fleet = {
    name: "fleet_report",
    title: "Fleet report: idle licences",
    description: `Licences bought, used and idle over the sub accounts, and what idle ones cost at list price. One call for each account with a plan, at most ${limits.maxAccounts} of them in one report; \`next\` leads on.`,
    mimeType: MIME_TYPE,
  };
  const renewals = {
    name: "fleet_renewals",
    title: "Fleet report: renewals",
    description: `What is invoiced next over the sub accounts, by date. At most ${limits.maxAccounts} accounts in one report; \`next\` leads on.`,
    mimeType: MIME_TYPE,
  };
  const hasFleet = reader.offers("get_plan_usage");
  const hasRenewals = reader.offers("account_plans");
  const hasSheet = SHEET_TOOLS.some((tool) => reader.offers(tool));
  const when = <T>(offered: boolean, described: T): T[] => (offered ? [described] : []);
  return {
    resources: [
      { ...accounts, uri: "paymaster://accounts" },
      ...when(hasFleet, { ...fleet, uri: "paymaster://fleet" }),
      ...when(hasRenewals, { ...renewals, uri: "paymaster://fleet/renewals" }),
    ],
    templates: [
      ...when(hasSheet, { ...sheet, uriTemplate: "paymaster://accounts/{accountId}" }),
      { ...accounts, uriTemplate: "paymaster://accounts{?page}" },
      ...when(hasFleet, { ...fleet, uriTemplate: "paymaster://fleet{?page,from}" }),
      ...when(hasRenewals, { ...renewals, uriTemplate: "paymaster://fleet/renewals{?page,from}" }),
    ],
  };
}

export interface ReadOptions {
  readonly reader: Reader;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly limits?: WalkLimits | undefined;
}

/** @throws McpError: the address names nothing, or nothing of it can be read */
export async function readResource(uri: string, options: ReadOptions): Promise<ReadResourceResult> {
  const address = readAddress(uri);
  if (address === undefined) throw notFound(uri, `no resource has the address ${uri}`);
  const report = await readReport(address, options);
  if ("ok" in report && report.ok === false) throw failure(uri, report);
  return { contents: [{ uri, mimeType: MIME_TYPE, text: JSON.stringify(report, null, 1) }] };
}

type Failure = Extract<Reading<unknown>, { ok: false }>;

/** What stands under an address, as a value that becomes JSON. */
export function readReport(address: Address, options: ReadOptions): Promise<object | Failure> {
  const { reader, signal } = options;
  switch (address.kind) {
    case "accounts":
      return readAccounts(address.page, options);
    case "account":
      return readAccountSheet(reader, address.accountId, signal);
    case "fleet":
      return licenceReport({ ...options, place: address.place });
    case "renewals":
      return renewalReport({ ...options, place: address.place });
  }
}

async function readAccounts(
  page: string | undefined,
  { reader, signal }: ReadOptions,
): Promise<object | Failure> {
  const input = {
    page_size: String(ACCOUNTS_PAGE_SIZE),
    ...(page === undefined ? {} : { next_page_token: page }),
  };
  const list = await reader.read("accounts", input, signal);
  if (!list.ok) return list;
  const { accounts, total_records, next_page_token: next } = list.data;
  return {
    read_at: list.readAt,
    accounts_total: total_records,
    accounts: (accounts ?? []).map((account) => ({
      ...account,
      sheet: accountAddress(account.id),
    })),
    ...(next === undefined || next === ""
      ? {}
      : { next: writeAddress("paymaster://accounts", { page: next, from: 0 }) }),
  };
}

function notFound(uri: string, message: string): McpError {
  return new McpError(RESOURCE_NOT_FOUND, message, { uri });
}

function failure(uri: string, { problem, error }: Failure): McpError {
  const { errorName } = (error ?? {}) as { errorName?: unknown };
  if (errorName === "accountNotFound") return notFound(uri, problem);
  return new McpError(ErrorCode.InternalError, problem, { uri });
}
