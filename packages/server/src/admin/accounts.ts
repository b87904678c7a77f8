/** Master and regular accounts, and what the wire cannot set on any account. */
import type { FastifyInstance } from "fastify";
import Type, { type Static } from "typebox";
import { AccountWishRefused, createAccountWithPlan } from "../billing/new-account.js";
import { type Connection, isUniqueViolation, transaction } from "../database/pool.js";
import { newAccountId } from "../ids.js";
import { allScopes } from "../oauth/scopes.js";
import { saveFlags } from "../store/account-changes.js";
import {
  type AccountRecord,
  findAccount,
  hasSubAccounts,
  lockAccounts,
} from "../store/accounts.js";
import { writeAudit } from "../store/audit.js";
import { insertApiKey, insertClient } from "../store/credentials.js";
import type { AdminServices } from "./index.js";
import { adminRoute, badField, conflict, notFound } from "./route.js";

const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

const NewAccount = Type.Object(
  {
    kind: Type.Union([Type.Literal("master"), Type.Literal("regular")]),
    account_name: Type.String({ minLength: 1, maxLength: 64 }),
    email: Type.Optional(Type.String({ format: "email", maxLength: 128 })),
    /** Base plan that the account itself pays for; null: none. Default: Pro, monthly, 2 hosts. */
    plan_base: Type.Optional(
      Type.Union([
        Type.Null(),
        Type.Object(
          { type: Type.String({ maxLength: 64 }), hosts: Type.Integer() },
          { additionalProperties: false },
        ),
      ]),
    ),
    contact: Type.Optional(
      Type.Object(
        {
          first_name: Text(64),
          last_name: Text(64),
          email: Text(128),
          phone_number: Text(64),
          address: Text(255),
          apt: Text(64),
          city: Text(64),
          state: Text(64),
          zip: Text(32),
          country: Text(2),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const Flags = Type.Object(
  {
    account_name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    vip: Type.Optional(Type.Boolean()),
    bulk_licenses: Type.Optional(Type.Boolean()),
    may_add_sub_accounts: Type.Optional(Type.Boolean()),
    reseller: Type.Optional(Type.Boolean()),
    tier: Type.Optional(
      Type.Union([Type.Literal("free"), Type.Literal("pro"), Type.Literal("business")]),
    ),
    payment_term_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 365 })),
    tax_exempt: Type.Optional(Type.Boolean()),
    consolidated_statements: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const DEFAULT_PLAN = { type: "monthly", hosts: 2 };

export function registerAccountRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool, clock, authenticator } = services;
  adminRoute(app, "POST", "/accounts", NewAccount, async ({ body, trackingId }) => {
    return { status: 201, body: await createWish(services, body, trackingId) };
  });
  adminRoute(app, "GET", "/accounts/:id", Type.Object({}), async ({ params }) => {
    const account = await findAccount(pool, params.id ?? "");
    if (account === undefined) throw notFound(`Account does not exist: ${params.id}.`);
    return { status: 200, body: accountBody(account) };
  });
  adminRoute(app, "PATCH", "/accounts/:id", Flags, async ({ params, body, trackingId }) => {
    if (Object.keys(body).length === 0) throw badField("body", "Give at least one member.");
    const account = await findAccount(pool, params.id ?? "");
    if (account === undefined) throw notFound(`Account does not exist: ${params.id}.`);
    await transaction(pool, async (connection) => {
      await lockAccounts(connection, [account]);
      if (body.reseller !== undefined) await checkReseller(connection, account, body.reseller);
      await saveFlags(connection, account, body);
      await writeAudit(connection, { actor: "operator", trackingId }, clock.now(), [
        {
          ...account,
          event: "account_changed",
          itemNumber: null,
          before: accountBody(account),
          after: body,
        },
      ]);
    });
    // Tier and flags are remembered with the caller.
    authenticator.forgetAll();
    const changed = (await findAccount(pool, account.accountId)) ?? account;
    return { status: 200, body: accountBody(changed) };
  });
}

/** Second-level masters stand between a master and its subs; there is no further tier. */
async function checkReseller(
  connection: Connection,
  account: AccountRecord,
  reseller: boolean,
): Promise<void> {
  if (account.kind !== "sub" || (account.parentId ?? account.masterId) !== account.masterId) {
    throw badField("reseller", "Only a master's own sub account can be a second-level master.");
  }
  if (!reseller && (await hasSubAccounts(connection, account))) {
    throw badField("reseller", "The account has sub accounts.");
  }
}

/** The account and its credentials, which are told only now. */
async function createWish(
  services: AdminServices,
  body: Static<typeof NewAccount>,
  trackingId: string,
) {
  const now = services.clock.now();
  const made = { client_id: "", client_secret: "", api_key: "" };
  try {
    const ref = await createAccountWithPlan(
      services,
      {
        kind: body.kind,
        accountName: body.account_name,
        plan: body.plan_base === undefined ? DEFAULT_PLAN : body.plan_base,
        ...(body.email === undefined ? {} : { ownerEmail: body.email }),
        ...(body.contact === undefined ? {} : { contact: body.contact }),
      },
      { actor: "operator", trackingId },
      async (connection, account) => {
        const { clientId, clientSecret } = await insertClient(connection, account, now);
        made.client_id = clientId;
        made.client_secret = clientSecret;
        made.api_key = await insertApiKey(connection, account, newAccountId(), allScopes, now);
      },
    );
    return { id: ref.accountId, ...made };
  } catch (error) {
    if (error instanceof AccountWishRefused) throw badField("plan_base", error.message);
    if (isUniqueViolation(error, "accounts_email")) throw conflict("The email is in use.");
    throw error;
  }
}

function accountBody(account: AccountRecord) {
  return {
    id: account.accountId,
    kind: account.kind,
    master_id: account.masterId,
    parent_id: account.parentId,
    account_name: account.accountName,
    owner_email: account.ownerEmail,
    pay_mode: account.payMode,
    billing_auto_renew: account.autoRenew,
    vip: account.vip,
    bulk_licenses: account.bulkLicenses,
    may_add_sub_accounts: account.mayAddSubAccounts,
    reseller: account.reseller,
    tier: account.tier,
    payment_term_days: account.paymentTermDays,
    tax_exempt: account.taxExempt,
    consolidated_statements: account.consolidatedStatements,
    currency: account.currency,
    created_at: account.createdAt.toISOString(),
  };
}
