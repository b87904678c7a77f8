export * from "./catalogue/families.js";
export * from "./catalogue/plan.js";
export * from "./catalogue/plan-rules.js";
export * from "./operation.js";
export * from "./price-book/parse.js";
export * from "./price-book/price-book.js";
export * from "./price-book/shipped.js";
