export interface Overview {
  readonly as_of: string;
  readonly currency: string;
  readonly other_currencies: readonly string[];
  readonly accounts: {
    readonly masters: number;
    readonly subs: number;
    readonly regulars: number;
    readonly with_plan: number;
    readonly on_trial: number;
    readonly ending: number;
  };
  readonly hosts: number;
  readonly hosts_used: number;
  readonly monthly: number;
  readonly idle: number;
  readonly open: number;
  readonly overdue: number;
  readonly overdue_accounts: number;
  readonly oldest_due_date: string | null;
  readonly plans: readonly PlanShare[];
  readonly idle_accounts: readonly {
    readonly account_id: string;
    readonly account_name: string;
    readonly hosts: number;
    readonly hosts_used: number;
    readonly idle: number;
  }[];
  readonly renewals: readonly {
    readonly account_id: string;
    readonly account_name: string;
    readonly date: string;
    readonly plan_type: string;
    readonly hosts: number;
    readonly amount: number;
    readonly currency: string;
    readonly changes: boolean;
  }[];
}

export interface PlanShare {
  readonly plan_type: string;
  readonly accounts: number;
  readonly hosts: number;
  readonly monthly: number;
}

export interface Course {
  readonly currency: string;
  readonly months: readonly {
    readonly month: string;
    readonly day: string;
    readonly monthly: number;
    readonly accounts: number;
  }[];
}
