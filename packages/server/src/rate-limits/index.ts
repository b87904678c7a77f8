export { RateLimiter, type RateLimiterOptions } from "./limiter.js";
export type { SpecialLimitOverrides } from "./rules.js";
export { loadSpecialLimits } from "./special-limits-file.js";
