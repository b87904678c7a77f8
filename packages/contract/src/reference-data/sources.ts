/** What the tags mean that say where a statement comes from and how sure it is. */
import type { Confidence, Source } from "../operation.js";

export const sources: Readonly<Record<Source, string>> = {
  S0: "seed document: a generated Python sample of Get plan usage with its Postman item",
  S1: "seed document: a configuration that names the thirteen billing operations",
  OAD: "the published OpenAPI document of 2021",
  Z18: "the first published document, 2017 to 2021",
  D26: "the published specification of February 2026",
  SK: "the developer guides of July 2026",
  CL: "the published changelog",
  ISS: "public issues that quote answers",
  CODE: "public code that quotes or expects answers",
  MEM: "general knowledge",
  own: "Paymaster's own addition",
};

export const confidences: Readonly<Record<Confidence, string>> = {
  documented: "published by the vendor",
  captured: "seen on the wire by third parties",
  inferred: "follows from documented facts",
  assumed: "our choice where nothing is known",
};
