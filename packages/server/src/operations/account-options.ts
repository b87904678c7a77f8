/** The options of an account: two of them are billing's, the others are kept and given back. */
import type { AccountRecord } from "../store/accounts.js";

const DEFAULTS = {
  share_rc: false,
  room_connector_list: [],
  share_mc: false,
  meeting_connector_list: [],
} as const;

export function optionsBody(record: AccountRecord) {
  return {
    ...DEFAULTS,
    ...record.options,
    pay_mode: record.payMode,
    billing_auto_renew: record.autoRenew,
  };
}

export interface SplitOptions {
  readonly payMode: "master" | "sub" | undefined;
  readonly autoRenew: boolean | undefined;
  /** Everything that billing does not look at. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** Separates the options that billing decides about from those that are only stored. */
export function splitOptions(options: Readonly<Record<string, unknown>>): SplitOptions {
  const { pay_mode: payMode, billing_auto_renew: autoRenew, ...others } = options;
  return {
    payMode: payMode as SplitOptions["payMode"],
    autoRenew: autoRenew as SplitOptions["autoRenew"],
    others,
  };
}
