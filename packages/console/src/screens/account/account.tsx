/** One account: plans, invoices, contact, activity; each under an address of its own. */
import { Alert, Anchor, Badge, CopyButton, Group, Tabs, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { pages } from "../../node/pages.js";
import { date } from "../../ui/format.js";
import { Answer } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { AccountInvoices } from "../invoices/account-invoices.js";
import { ActivityTab } from "./activity-tab.js";
import { ContactTab } from "./contact-tab.js";
import { type Account as AccountData, useAccount } from "./data.js";
import { PlansTab } from "./plans-tab.js";

const TABS = ["plans", "invoices", "contact", "activity"] as const;
const TAB_NAMES = {
  plans: "Plans",
  invoices: "Invoices",
  contact: "Contact",
  activity: "Activity",
} as const;

export default function Account() {
  const { id = "", tab } = useParams<{ id: string; tab?: string }>();
  const account = useAccount(decodeURIComponent(id));
  return (
    <Answer query={account} what="the account">
      {(data) => (
        <AccountPage
          key={data.id}
          account={data}
          tab={TABS.find((one) => one === tab) ?? "plans"}
        />
      )}
    </Answer>
  );
}

function AccountPage({
  account,
  tab,
}: {
  readonly account: AccountData;
  readonly tab: (typeof TABS)[number];
}) {
  const [, navigate] = useLocation();
  const [message, setMessage] = useState<string | null>(null);
  const base = `/accounts/${encodeURIComponent(account.id)}`;
  return (
    <Page title={account.name} about={<About account={account} />}>
      <Anchor component={Link} href={pages.accounts} size="sm">
        All accounts
      </Anchor>
      {message !== null && (
        <Alert
          color="fern"
          variant="light"
          title={message}
          role="status"
          withCloseButton
          closeButtonLabel="Close"
          onClose={() => setMessage(null)}
        />
      )}
      <Tabs
        value={tab}
        onChange={(next) => navigate(next === "plans" ? base : `${base}/${next}`)}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {TAB_NAMES[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="plans">
          <PlansTab account={account} onDone={setMessage} />
        </Tabs.Panel>
        <Tabs.Panel value="invoices">
          <AccountInvoices account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="contact">
          <ContactTab account={account} onDone={setMessage} />
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <ActivityTab accountId={account.id} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function About({ account }: { readonly account: AccountData }) {
  const { details } = account;
  return (
    <Group gap="xs" component="span">
      <span>{account.email}</span>
      <span>since {date(account.createdAt)}</span>
      <CopyButton value={account.id}>
        {({ copied, copy }) => (
          <UnstyledButton
            onClick={copy}
            fz="sm"
            className="copy"
            aria-label={`Copy the id ${account.id}`}
          >
            {copied ? "copied" : account.id}
          </UnstyledButton>
        )}
      </CopyButton>
      <Badge variant="default" tt="none" component="span">
        {account.kind}
      </Badge>
      {details !== null && details.pay_mode === "sub" && account.kind === "sub" && (
        <Badge variant="default" tt="none" component="span">
          pays itself
        </Badge>
      )}
      {details?.billing_auto_renew === false && (
        <Badge variant="light" color="orange" tt="none" component="span">
          not renewed
        </Badge>
      )}
      {details?.vip === true && (
        <Badge variant="default" tt="none" component="span">
          VIP
        </Badge>
      )}
      {details?.tax_exempt === true && <Text span>exempt from tax</Text>}
    </Group>
  );
}
