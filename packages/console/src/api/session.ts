/** Signing in and out. Secrets go to the server once; the page keeps nothing but the CSRF token. */
import type { WireProfile } from "@paymaster/contract";
import { callJson } from "./call.js";

export interface SessionAccount {
  readonly id: string;
  readonly master_id: string;
  readonly kind: "master" | "sub" | "regular";
  readonly tier: "free" | "pro" | "business";
  readonly account_name: string;
}

export type SignedIn = { readonly csrf_token: string; readonly ends_at: string } & (
  | { readonly kind: "operator"; readonly account: null }
  | { readonly kind: "account"; readonly account: SessionAccount }
);

export interface SessionInfo {
  readonly profile: WireProfile;
  readonly rate_limits: boolean;
  /** null: nobody is signed in. */
  readonly session: SignedIn | null;
}

export type Credentials =
  | { readonly admin_key: string }
  | { readonly client_id: string; readonly client_secret: string; readonly account_id?: string };

const SESSION_URL = "/console/api/session";

export function readSession(): Promise<SessionInfo> {
  return callJson<SessionInfo>("GET", SESSION_URL, {});
}

export function signIn(credentials: Credentials): Promise<SessionInfo> {
  return callJson<SessionInfo>("POST", SESSION_URL, { body: credentials });
}

export async function signOut(csrfToken: string): Promise<void> {
  await callJson<null>("DELETE", SESSION_URL, { csrfToken });
}
