/**
 * A posted invoice in the terms of EN 16931-1, whatever the syntax: every business term has its number
 * (BT, BG) beside it. Amounts are signed as the document states them: a credit note states a credit as a
 * positive amount.
 */
import type { CivilDate, Minor } from "@paymaster/engine";

export interface EInvoice {
  /** BT-3: 380 commercial invoice, 381 credit note. */
  readonly typeCode: "380" | "381";
  /** BT-1 */
  readonly number: string;
  /** BT-2 */
  readonly issueDate: CivilDate;
  /** BT-9; null: nothing is to be paid. */
  readonly dueDate: CivilDate | null;
  /** BT-20 */
  readonly paymentTerms: string;
  /** BT-5 */
  readonly currency: string;
  /** BG-14: first to last day of service, both inclusive. */
  readonly period: Period;
  /** BG-4 */
  readonly seller: Seller;
  /** BG-7: who owes the invoice. */
  readonly buyer: Buyer;
  /** BG-13: the account that is served, where another one pays for it. */
  readonly deliverTo: DeliverTo | null;
  /** BG-25 */
  readonly lines: readonly EInvoiceLine[];
  /** BG-23 */
  readonly taxes: readonly TaxBreakdown[];
  /** BT-106 and BT-109: there are no allowances or charges on document level. */
  readonly netMinor: Minor;
  /** BT-110 */
  readonly taxMinor: Minor;
  /** BT-112 and BT-115: as posted, whatever was paid since. */
  readonly totalMinor: Minor;
}

export interface Period {
  readonly start: CivilDate;
  readonly end: CivilDate;
}

/** BG-5, BG-8, BG-15. */
export interface PostalAddress {
  /** At most three. */
  readonly lines: readonly string[];
  readonly city: string | null;
  readonly zip: string | null;
  readonly subdivision: string | null;
  readonly country: string;
}

export interface Seller {
  /** BT-27 */
  readonly name: string;
  /** BT-29 */
  readonly id: string | null;
  /** BT-30 */
  readonly registrationId: string | null;
  /** BT-31; null where nothing is subject to VAT (BR-O-02). */
  readonly vatId: string | null;
  /** BT-32 */
  readonly taxNumber: string | null;
  readonly address: PostalAddress;
  /** BT-43 */
  readonly email: string | null;
}

export interface Buyer {
  /** BT-44 */
  readonly name: string;
  /** BT-46: the account's id. */
  readonly id: string;
  readonly address: PostalAddress;
  /** BT-56, BT-57, BT-58 */
  readonly contactName: string | null;
  readonly phone: string | null;
  readonly email: string | null;
}

export interface DeliverTo {
  /** BT-70 */
  readonly name: string;
  /** BT-71: the account's id. */
  readonly id: string;
  /** BG-15; null: its country is not known. */
  readonly address: PostalAddress | null;
}

/** S: taxed. E: exempt. O: not subject to VAT. (UNTDID 5305) */
export type TaxCategory = "S" | "E" | "O";

export interface EInvoiceLine {
  /** BT-126 */
  readonly id: string;
  /** BT-127: why the amount is what it is. */
  readonly note: string;
  /** BT-128: the number of the subscription item's charge. */
  readonly chargeNumber: string;
  /** BT-129; negative where the line goes the other way than the document. */
  readonly quantity: number;
  /** BT-130 and BT-150, UN/ECE Recommendation 20. */
  readonly unitCode: string;
  /** BT-131 */
  readonly netMinor: Minor;
  /** BG-26 */
  readonly period: Period;
  /** BT-146, for `baseQuantity` units. Never negative (BR-27). */
  readonly priceMinor: Minor;
  /** BT-149 */
  readonly baseQuantity: number;
  /** BT-151 */
  readonly category: TaxCategory;
  /** BT-152 in parts per million; null: no rate (BR-O-05). */
  readonly taxRatePpm: number | null;
  /** BT-153 */
  readonly name: string;
  /** BT-155: the plan type. */
  readonly planType: string;
}

export interface TaxBreakdown {
  /** BT-118 */
  readonly category: TaxCategory;
  /** BT-119 in parts per million; null: no rate (BR-48). */
  readonly taxRatePpm: number | null;
  /** BT-116 */
  readonly netMinor: Minor;
  /** BT-117 */
  readonly taxMinor: Minor;
  /** BT-120; null: taxed. */
  readonly exemptionReason: string | null;
}

/** What keeps an invoice from being stated as an e-invoice: where it is missing, and what. */
export interface EInvoiceProblem {
  /** e.g. `payer.contact.country` */
  readonly field: string;
  readonly message: string;
}
