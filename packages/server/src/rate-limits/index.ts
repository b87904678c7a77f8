export { RateLimiter, type RateLimiterOptions } from "./limiter.js";
export type { SpecialLimitOverrides } from "./rules.js";
