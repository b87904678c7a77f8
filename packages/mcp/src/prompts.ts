/** Questions that people ask, with the figures that answer them already in the message. */
import {
  ErrorCode,
  type GetPromptResult,
  McpError,
  type PromptMessage,
} from "@modelcontextprotocol/sdk/types.js";
import type { ToolName } from "@paymaster/contract";
import { type Address, accountAddress } from "./addresses.js";
import { readInvoiceChange } from "./reports/invoice-change.js";
import type { Reader } from "./reports/reader.js";
import { type ReadOptions, readReport } from "./resources.js";

interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
}

interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  readonly needs: readonly ToolName[];
  readonly write: (given: Given, options: ReadOptions) => Promise<GetPromptResult>;
}

type Given = Readonly<Record<string, string>>;

const MAX_ARGUMENT_LENGTH = 200;

const oneAccount: PromptArgument = {
  name: "accountId",
  description: "Id of the sub account, or `me`. Left out: all sub accounts.",
  required: false,
};

const prompts: readonly Prompt[] = [
  {
    name: "why_did_this_invoice_change",
    title: "Why did this invoice change?",
    description: "Compares an invoice with the one before it, charge by charge.",
    arguments: [
      { name: "accountId", description: "Id of the account, or `me`.", required: true },
      {
        name: "invoiceId",
        description: "Id of the invoice. Left out: the newest one.",
        required: false,
      },
    ],
    needs: ["account_billing_invoices", "get_account_billing_invoice"],
    write: writeInvoiceChange,
  },
  {
    name: "which_licences_are_idle",
    title: "Which licences are idle?",
    description: "Licences that are paid for and not used, and what they cost.",
    arguments: [oneAccount],
    needs: ["get_plan_usage"],
    write: (given, options) => writeReport(given, options, "fleet", IDLE_QUESTION),
  },
  {
    name: "what_renews_next",
    title: "What renews next?",
    description: "The next invoices by date: what renews, what ends.",
    arguments: [oneAccount],
    needs: ["account_plans"],
    write: (given, options) => writeReport(given, options, "renewals", RENEWAL_QUESTION),
  },
];

const IDLE_QUESTION =
  "Which licences are paid for and not used, and what do they cost? Begin with the dearest. Say which " +
  "figures rest on assumed prices, and which accounts the report leaves out. Propose reductions, " +
  "but change nothing: hosts can only be reduced for the next period, and that is for a person to decide.";

const RENEWAL_QUESTION =
  "What renews next? List what is invoiced within the next 30 days by date, with account, plan, " +
  "licences and list price; then what ends instead, because it was cancelled. Say which accounts the " +
  "report leaves out.";

const INVOICE_QUESTION =
  "Why did this invoice change against the one before it? Explain every difference by what happened: " +
  "licences added or removed, plans bought or ended, parts of a period, credits, usage, tax. The " +
  "differences are given; they add up to total_change less tax_change. Where the figures do not say why, say so.";

/** Those whose operations the configuration offers. */
export function offerPrompts(reader: Reader): readonly Omit<Prompt, "write" | "needs">[] {
  return prompts
    .filter(({ needs }) => needs.every((tool) => reader.offers(tool)))
    .map(({ name, title, description, arguments: given }) => ({
      name,
      title,
      description,
      arguments: given,
    }));
}

/** @throws McpError InvalidParams for a prompt or arguments that are not there */
export async function getPrompt(
  name: string,
  given: Given,
  options: ReadOptions,
): Promise<GetPromptResult> {
  const offered = offerPrompts(options.reader).some((one) => one.name === name);
  const prompt = offered ? prompts.find((one) => one.name === name) : undefined;
  if (prompt === undefined) {
    throw new McpError(ErrorCode.InvalidParams, `no prompt is called ${name}`);
  }
  checkArguments(prompt, given);
  // Clients send an empty text for what a person left open.
  const filled = Object.entries(given).filter(([, value]) => value !== "");
  return prompt.write(Object.fromEntries(filled), options);
}

function checkArguments({ arguments: known }: Prompt, given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    if (!known.some((argument) => argument.name === name)) {
      throw new McpError(ErrorCode.InvalidParams, `this prompt has no argument ${name}`);
    }
    if (value.length > MAX_ARGUMENT_LENGTH) {
      throw new McpError(ErrorCode.InvalidParams, `${name} is too long`);
    }
  }
  for (const { name, required } of known) {
    if (required && (given[name] ?? "") === "") {
      throw new McpError(ErrorCode.InvalidParams, `${name} is needed`);
    }
  }
}

async function writeReport(
  given: Given,
  options: ReadOptions,
  kind: "fleet" | "renewals",
  question: string,
): Promise<GetPromptResult> {
  const { accountId } = given;
  const address: Address =
    accountId === undefined
      ? { kind, place: { page: undefined, from: 0 } }
      : { kind: "account", accountId };
  const uri =
    accountId !== undefined
      ? accountAddress(accountId)
      : kind === "fleet"
        ? "paymaster://fleet"
        : "paymaster://fleet/renewals";
  const report = await readReport(address, options);
  if ("ok" in report && report.ok === false) return unanswered(question, report.problem);
  return { messages: [ask(question), attach(uri, report)] };
}

async function writeInvoiceChange(given: Given, options: ReadOptions): Promise<GetPromptResult> {
  const { accountId = "", invoiceId } = given;
  const change = await readInvoiceChange(options.reader, accountId, invoiceId, options.signal);
  if (typeof change === "string") return unanswered(INVOICE_QUESTION, change);
  const uri = `${accountAddress(accountId)}/invoice-change`;
  return { messages: [ask(INVOICE_QUESTION), attach(uri, change)] };
}

/** The question stays, so that the assistant can say what is missing or go on with its tools later. */
function unanswered(question: string, problem: string): GetPromptResult {
  return { messages: [ask(`${question}\n\nThe figures could not be read: ${problem}`)] };
}

function ask(text: string): PromptMessage {
  return { role: "user", content: { type: "text", text } };
}

function attach(uri: string, report: object): PromptMessage {
  const text = JSON.stringify(report, null, 1);
  const resource = { uri, mimeType: "application/json", text };
  return { role: "user", content: { type: "resource", resource } };
}
