export type * from "./refusal.js";
export type * from "./state.js";
