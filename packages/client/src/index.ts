export {
  type ApiKeyLocation,
  type Authentication,
  type AuthenticationContext,
  apiKey,
  basicAuth,
  bearerToken,
  type OutgoingRequest,
} from "./auth.js";
export { type ClientOptions, createClient, type PaymasterClient } from "./client.js";
export * from "./errors.js";
export type { Hooks, RequestEvent, ResponseEvent, RetryEvent } from "./hooks.js";
export type {
  Call,
  CallOptions,
  Input,
  OperationMethods,
  Output,
  PreviewOptions,
  Request,
  WriteOptions,
} from "./methods.js";
export { type ServerToServerOptions, serverToServer } from "./oauth.js";
export type { PdfDownload } from "./pdf.js";
export { type PlannerClock, systemClock } from "./planner/clock.js";
export { createQuotaPlanner } from "./planner/planner.js";
export {
  memoryQuotaStore,
  type QuotaExchange,
  type QuotaNews,
  type QuotaRecord,
  type QuotaStore,
} from "./planner/store.js";
export type {
  AnswerSeen,
  CallToPlan,
  PlanStep,
  Priority,
  QuotaCall,
  QuotaPlan,
  QuotaPlanner,
  QuotaPlannerOptions,
  QuotaStatus,
  RuleStatus,
  SpecialLimitOverrides,
  Tiers,
  Turn,
  TurnOptions,
} from "./planner/types.js";
export { type HeldPlan, isHeldActive, plansHeld } from "./plans-held.js";
export type { Preview, PreviewLine } from "./preview.js";
export { PreviewUnsupportedError } from "./preview-support.js";
export type { RateLimit } from "./rate-limit.js";
export type { Answer } from "./request.js";
export {
  DEFAULT_RETRY_POLICY,
  type FailedAttempt,
  type RetryDecision,
  type RetryPolicy,
  shouldRetry,
} from "./retry.js";
export { findServiceProfile } from "./service-document.js";
