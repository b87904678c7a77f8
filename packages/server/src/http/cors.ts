/** Web pages of other origins may call the API only if the operator named their origin. */
import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";

/** What clients read of an answer besides its body. */
const EXPOSED_HEADERS = [
  "date",
  "retry-after",
  "x-zm-trackingid",
  "x-ratelimit-category",
  "x-ratelimit-type",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "idempotency-replayed",
  "preference-applied",
  "content-disposition",
];
const ALLOWED_HEADERS = ["authorization", "content-type", "idempotency-key", "prefer"];
/** Browsers keep the answer to a preflight so long. */
const MAX_AGE_SECONDS = 600;

/** Without origins nothing is registered, and browsers refuse every page of elsewhere. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.register(cors, {
    origin: [...origins],
    methods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    // Tokens travel in a header that a page sets itself; the console's cookie is for its own origin.
    credentials: false,
    maxAge: MAX_AGE_SECONDS,
  });
}
